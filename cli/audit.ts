import { type AuditRow, auditCsv, listAudit, verifyAudit } from '../src/platform/audit/schema.ts';
import { ChainHead } from '../src/platform/hash-chain/schema.ts';
import { readText } from './connection/transport.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { limitOption, moreText, readPages } from './frame/pages.ts';
import { formatInstant } from './output/amounts.ts';
import { table } from './output/table.ts';

/**
 * Exit code of a broken chain of the audit trail; like `gate check`, the command has its own codes for its findings.
 */
const BROKEN = 1;

const listCommand = command({
  path: ['audit', 'list'],
  summary: 'List the audit trail, newest first',
  example: 'steelyard audit list --actor ada --limit 20',
  needs: 'server',
  options: { actor: { value: 'NAME', describe: 'Only actions of this account' }, ...limitOption },
  run: async (context, { actor, limit }) => {
    const page = await readPages(await context.client(), listAudit, { actor }, 'rows', limit);
    await context.answer(page, () => rowsText(page.rows, context));
    await context.remark(moreText(page) ?? (page.rows.length === 0 ? 'Nothing was written yet.' : ''));
    return 0;
  },
});

function rowsText(rows: readonly AuditRow[], { paint }: Context): string {
  if (rows.length === 0) return '';
  const columns = [
    { title: 'NO', cell: (row: AuditRow) => String(row.seq) },
    { title: 'WHEN', cell: (row: AuditRow) => formatInstant(row.lastAt) },
    { title: 'ACTOR', cell: (row: AuditRow) => row.actor },
    { title: 'ACTION', cell: (row: AuditRow) => `${row.method} ${row.route}` },
    { title: 'SUBJECT', cell: (row: AuditRow) => Object.values(row.subject).join(' ') || null, least: 12 },
    { title: 'WRITES', cell: (row: AuditRow) => String(row.writes) },
    { title: 'STATUS', cell: (row: AuditRow) => String(row.status) },
  ];
  return table(rows, columns, paint);
}

const verifyCommand = command({
  path: ['audit', 'verify'],
  summary: 'Check that the audit trail was not changed or truncated',
  example:
    'steelyard audit verify\nsteelyard audit verify --head 812:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  needs: 'server',
  exits: { [BROKEN]: 'the audit trail was changed' },
  options: {
    head: { value: 'HEAD', schema: ChainHead, describe: 'Head printed by an earlier check, which must still exist' },
  },
  run: async (context, { head }) => {
    const found = await (await context.client()).call(verifyAudit, { query: { head } });
    await context.answer(found, () =>
      found.broken === null
        ? `${context.paint.good('The audit trail is intact:')} ${found.rows} rows\n  head  ${found.head}`
        : `${context.paint.bad('The trail does not hold')} at row ${found.broken.seq}: ${found.broken.why}`,
    );
    await context.remark('Keep the head elsewhere: with it a later check finds rows that were cut off.');
    return found.intact ? 0 : BROKEN;
  },
});

const exportCommand = command({
  path: ['audit', 'export'],
  summary: 'Write the audit trail as CSV to stdout, oldest first',
  example: 'steelyard audit export > audit.csv',
  needs: 'server',
  run: async (context) => {
    const rows = await (await context.client()).download(auditCsv);
    const { io, globals } = context;
    if (globals.json) await context.answer({ csv: await readText(rows) }, () => '');
    else for await (const chunk of rows) await io.out.write(String(chunk));
    return 0;
  },
});

export const auditCommands = [listCommand, verifyCommand, exportCommand];
