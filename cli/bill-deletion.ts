import {
  type BillDeletion,
  type DeletionRecord,
  deleteDelivery,
  deleteSource,
  listDeletions,
} from '../src/finops/billing/deletion/schema.ts';
import { SourceName } from '../src/finops/billing/schema.ts';
import type { Client } from './connection/client.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { CommandError } from './frame/failure.ts';
import { limitOption, moreText, readPages } from './frame/pages.ts';
import { counted, formatBytes, formatCount, formatInstant } from './output/amounts.ts';
import { table } from './output/table.ts';

const options = {
  why: { value: 'TEXT', describe: 'Reason, stored with the deletion' },
  confirm: { describe: 'Required: the deletion is permanent' },
} as const;

const deleteCommand = command({
  path: ['bill', 'delete'],
  summary: 'Delete a delivery permanently: its rows, allocations and raw files',
  example: 'steelyard bill delete d_0123456789abcdef0123 --why "holds personal data" --confirm',
  needs: 'server',
  positionals: { delivery: { describe: 'Id of the delivery' } },
  options,
  run: async (context, { delivery, why, confirm }) =>
    confirmed(context, confirm, '', (client, dryRun) =>
      client.call(deleteDelivery, { body: { delivery, why, dryRun } }),
    ),
});

const deleteSourceCommand = command({
  path: ['source', 'delete'],
  summary: 'Delete a source permanently, with its syncs and deliveries',
  example: 'steelyard source delete aws --keep-deliveries --confirm',
  needs: 'server',
  positionals: { source: { describe: 'Name of the source' } },
  options: {
    ...options,
    keepDeliveries: { describe: 'Only end the syncs; keep the deliveries, which still count' },
  },
  run: async (context, { source, why, confirm, keepDeliveries }) =>
    confirmed(context, confirm, ` Syncs of ${source} end.`, (client, dryRun) =>
      client.call(deleteSource, { body: { source, why, keepDeliveries, dryRun } }),
    ),
});

/** Without --confirm: runs only the dry run, and exits with the code of wrong usage. */
async function confirmed(
  context: Context,
  confirm: boolean,
  also: string,
  ask: (client: Client, dryRun: boolean) => Promise<BillDeletion>,
): Promise<number> {
  const found = await ask(await context.client(), !confirm);
  if (confirm) {
    const later = found.finished ? '' : '\nThe files leave the disk when the backup in progress ends.';
    await context.answer(found, () => `Deleted ${deletionText(found)}.${also}${later}`);
    return 0;
  }
  await context.remark([`Deletes ${deletionText(found)}.${also}`, ...consequences(found)].join('\n'));
  throw new CommandError('usage', 'This cannot be undone. Say --confirm to delete it.');
}

function deletionText({ deliveries, months, rows, lakeFiles, lakeBytes, rawFiles, rawBytes }: BillDeletion): string {
  const what =
    deliveries.length === 1 ? `delivery ${deliveries[0]}` : counted(deliveries.length, 'delivery', 'deliveries');
  const of = months.length === 0 ? '' : ` of ${months.join(', ')}`;
  const lake = `${counted(rows, 'row')} in ${counted(lakeFiles, 'file')} of ${formatBytes(lakeBytes)}`;
  return `${what}${of}: ${lake}, and ${counted(rawFiles, 'raw file')} of ${formatBytes(rawBytes)}`;
}

function consequences({ units, unanswerable }: BillDeletion): string[] {
  const counts = units
    .filter(({ standing }) => ['current', 'shadowed', 'held'].includes(standing))
    .map(({ source, period, reason }) => `  ${source} ${period}: ${reason}`);
  return [
    ...(counts.length === 0 ? [] : ['Afterwards:', ...counts]),
    ...(unanswerable.length === 0 ? [] : ['Can no longer be answered:', ...unanswerable.map((one) => `  ${one}`)]),
  ];
}

const deletionsCommand = command({
  path: ['bill', 'deletions'],
  summary: 'List deleted deliveries and raw bills, newest first',
  example: 'steelyard bill deletions --source aws',
  needs: 'server',
  options: { source: { value: 'NAME', schema: SourceName, describe: 'Only of this source' }, ...limitOption },
  run: async (context, { limit, ...query }) => {
    const page = await readPages(await context.client(), listDeletions, query, 'deletions', limit);
    await context.answer(page, () => deletionsText(page.deletions, context));
    if (page.deletions.length === 0) await context.remark('No delivery and no raw bill was deleted.');
    const more = moreText(page);
    if (more !== null) await context.remark(more);
    return 0;
  },
});

function deletionsText(deletions: readonly DeletionRecord[], { paint }: Context): string {
  if (deletions.length === 0) return '';
  return table(
    deletions,
    [
      { title: 'DELETED', cell: ({ at }) => formatInstant(at) },
      { title: 'DELIVERY', cell: ({ delivery }) => delivery },
      { title: 'SOURCE', cell: ({ source }) => source },
      { title: 'PERIODS', cell: ({ periods }) => periods.join(', ') },
      { title: 'DELETED DATA', cell: ({ what }) => (what === 'raw' ? 'raw files' : 'rows and raw files') },
      { title: 'ROWS', align: 'right', cell: ({ rows }) => formatCount(rows) },
      { title: 'BY', cell: ({ cause, actor }) => (cause === 'retention' ? cause : `${cause}, ${actor}`) },
      { title: 'REASON', cell: ({ why }) => why ?? '', least: 12 },
    ],
    paint,
  );
}

export const billDeletionCommands = [deleteCommand, deletionsCommand, deleteSourceCommand];
