import { z } from 'zod';
import { getTeamOffer } from '../src/finops/allocation/team-offer/schema.ts';
import { billQuality, type QualityFinding } from '../src/finops/billing/quality/schema.ts';
import { getRawRow } from '../src/finops/billing/raw/schema.ts';
import {
  BillDataset,
  DateFormat,
  ImportResult,
  importBill,
  NumberFormat,
  SourceName,
  type UnitOutcome,
} from '../src/finops/billing/schema.ts';
import { Month, UtcInstant } from '../src/platform/units/schema.ts';
import { createUpload } from '../src/platform/uploads/schema.ts';
import { billDeletionCommands } from './bill-deletion.ts';
import { deliveryCommands } from './bill-deliveries.ts';
import { diffCommand } from './bill-diff.ts';
import { type BillFile, findBillFiles, readBytes } from './bill-files.ts';
import type { Client } from './connection/client.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { CommandError, RemoteFailure } from './frame/failure.ts';
import { counted, formatAmount, formatCount, formatMoney } from './output/amounts.ts';
import { createProgress, type Progress } from './output/progress.ts';
import { facts, table } from './output/table.ts';
import { teamOfferText } from './team-offer-text.ts';

const MOST_REJECTED_SHOWN = 20;
/** Lengths of names for messages and of upload names that a server stores; longer ones keep their end. */
const MOST_NAME_CHARACTERS = 1024;
const MOST_UPLOAD_NAME_CHARACTERS = 255;

const importCommand = command({
  path: ['bill', 'import'],
  summary: 'Import FOCUS bill files (CSV, CSV.gz, Parquet) as one delivery of a source',
  example:
    'steelyard bill import exports/2026-10 --source aws\nsteelyard bill import focus.csv --source azure --json | jq .totals',
  needs: 'server',
  positionals: {
    path: { many: true, describe: 'A file, or a folder with all .csv, .csv.gz and .parquet files below it' },
  },
  options: {
    source: { value: 'NAME', schema: SourceName, required: true, describe: 'Name of the bill source' },
    export: { value: 'NAME', describe: "Name of the cloud's export, where a source has several" },
    dataset: {
      value: 'NAME',
      schema: BillDataset,
      describe: 'Dataset of the rows; detected from their columns by default',
    },
    scope: { value: 'NAME', describe: 'Scope of the export, such as an account' },
    period: {
      value: 'YYYY-MM',
      schema: Month,
      describe: 'Billing period that the files cover completely, even without rows',
    },
    producedAt: { value: 'INSTANT', schema: UtcInstant, describe: 'Time of the export; an older export is ignored' },
    allowRejected: {
      value: 'N',
      fallback: '0',
      schema: z.coerce.number('a whole number').int('a whole number').min(0, 'zero or more'),
      describe: 'Rejected rows to allow; they are stored and counted in every total',
    },
    allowShrink: { describe: 'Allow few rows of another month to replace that month' },
    dateFormat: {
      value: 'FORMAT',
      schema: DateFormat,
      describe: 'Date format: iso, month-first, day-first; stored for the source',
    },
    numberFormat: {
      value: 'FORMAT',
      schema: NumberFormat,
      describe: 'Number format: plain, grouped, decimal-comma; stored for the source',
    },
    countsBeside: {
      describe: 'Count this export as separate charges if an overlap with another export is unclear',
    },
    replaces: { describe: 'Count this export instead of every export that it overlaps' },
  },
  run: async (context, input) => {
    if (input.countsBeside && input.replaces)
      throw new CommandError('usage', '--counts-beside and --replaces exclude each other: give one of them.');
    const files = await findBillFiles(input.path);
    const client = await context.client();
    const progress = createProgress(context.io.err, context.globals.json);
    try {
      const uploaded = await uploadAll(client, files, progress);
      progress.show(`Reading the rows of ${counted(files.length, 'file')}`, null);
      const { path: _path, countsBeside, replaces, ...options } = input;
      const overlap = countsBeside ? 'beside' : replaces ? 'replaces' : 'ask';
      const body = { ...options, overlap, files: uploaded } as const;
      const result = await client.call(importBill, { body });
      await progress.clear();
      await context.answer(result, () => importText(result, context));
      await offerTeamRule(client, context);
    } catch (error) {
      await progress.clear();
      await listRejected(context, error);
      throw error;
    }
    return 0;
  },
});

/** After an import, while no rule assigns cost to a team: offers a rule by the team tag. */
async function offerTeamRule(client: Client, context: Context): Promise<void> {
  if (context.globals.json) return;
  // The bill is already imported, so a failed request for the offer must not fail the command.
  const found = await client.call(getTeamOffer, {}).catch(() => null);
  const offer = found?.offer ?? null;
  if (offer === null) return;
  await context.remark(
    `No rule assigns cost to a team. ${teamOfferText(offer)} Assign cost by it: steelyard allocation by-team-tag`,
  );
}

async function uploadAll(
  client: Client,
  files: readonly BillFile[],
  progress: Progress,
): Promise<{ upload: string; name: string }[]> {
  const uploaded: { upload: string; name: string }[] = [];
  for (const [index, file] of files.entries()) {
    const label = files.length === 1 ? file.name : `${file.name} (${index + 1} of ${files.length})`;
    const content = readBytes(file.path, (bytes) => progress.show(label, bytes / Math.max(file.sizeBytes, bytes)));
    const query = { name: file.name.slice(-MOST_UPLOAD_NAME_CHARACTERS) };
    const { upload } = await client.upload(createUpload, { query }, content);
    uploaded.push({ upload, name: file.path.slice(-MOST_NAME_CHARACTERS) });
  }
  return uploaded;
}

function importText(result: ImportResult, context: Context): string {
  const { paint } = context;
  const what = result.unchanged
    ? `${paint.good('Unchanged:')} these files had been imported before as ${result.delivery}.`
    : `${paint.good('Imported')} ${counted(result.accepted, 'row')} of ${result.source} as ${result.delivery}.`;
  const periods = result.periods.length === 0 ? [] : [`Billing periods: ${result.periods.join(', ')}`];
  const replaced = result.replaced.length === 0 ? [] : [`Replaced: ${result.replaced.join(', ')}`];
  const notCounted = result.units.flatMap((unit) => unitText(unit, context));
  const leftOut = result.rejectedRows === 0 ? [] : [paint.waiting(`Left out: ${counted(result.rejectedRows, 'row')}`)];
  const rejected = result.rejectedRows === 0 ? [] : [rejectedText(result)];
  const findings = result.units.reduce((sum, unit) => sum + (unit.findings ?? 0), 0);
  const quality =
    findings === 0
      ? []
      : [paint.waiting(`Data quality: ${counted(findings, 'finding')}. steelyard bill quality ${result.delivery}`)];
  const totals = table(
    result.totals,
    [
      { title: 'METRIC', cell: ({ metric }) => metric },
      { title: 'AMOUNT', align: 'decimal', cell: ({ amount }) => formatAmount(amount) },
      { title: 'CURRENCY', cell: ({ currency }) => currency },
    ],
    paint,
  );
  return [what, ...periods, ...replaced, ...notCounted, ...leftOut, ...rejected, ...quality, '', totals].join('\n');
}

/** Text for a unit that does not count, or that has a reason to report. */
function unitText({ period, standing, reason }: UnitOutcome, { paint }: Context): string[] {
  if (reason === null || standing === 'replaced') return [];
  const sentence = `${period ?? 'The files'}: ${reason}.`;
  return [standing === 'current' ? sentence : `${paint.waiting('Not counted:')} ${sentence}`];
}

/** Prints the rejected rows before the error message; with --json they are in the problem document. */
async function listRejected(context: Context, error: unknown): Promise<void> {
  if (!(error instanceof RemoteFailure) || error.problem.code !== 'bill_rows_rejected') return;
  const refused = z.object(ImportResult.pick({ rejected: true, rejectedRows: true }).shape).safeParse(error.problem);
  if (refused.success) await context.remark(rejectedText(refused.data));
}

function rejectedText({ rejected, rejectedRows }: Pick<ImportResult, 'rejected' | 'rejectedRows'>): string {
  const visible = rejected.slice(0, MOST_REJECTED_SHOWN);
  const lines = visible.map(({ file, line, column, reason }) => {
    // The reason is a complete sentence, so a column name at its start is removed.
    const message = column === null ? reason : `${column}: ${reason.replace(`${column} `, '')}`;
    return `${file}:${line ?? '?'}: ${message}`;
  });
  const more = rejectedRows - visible.length;
  return [...lines, ...(more > 0 ? [`… and ${formatCount(more)} more`] : [])].join('\n');
}

const qualityCommand = command({
  path: ['bill', 'quality'],
  summary: 'Check the rows of a delivery against the FOCUS rules; failing rows still count',
  example: 'steelyard bill quality d_0123456789abcdef0123',
  needs: 'server',
  positionals: { delivery: { describe: 'Id of the delivery' } },
  options: {},
  run: async (context, { delivery }) => {
    const client = await context.client();
    const quality = await client.call(billQuality, { params: { delivery } });
    await context.answer(quality, () => qualityText(quality, context));
    return 0;
  },
});

function qualityText({ rows, findings }: z.infer<typeof billQuality.response>, { paint }: Context): string {
  if (findings.length === 0) return `${paint.good('No findings:')} ${counted(rows, 'row')} checked.`;
  return table(
    findings,
    [
      { title: 'PERIOD', cell: ({ period }) => period },
      { title: 'ROWS', align: 'right', cell: (finding) => formatCount(finding.rows) },
      { title: 'BILLED', align: 'decimal', cell: billedText },
      { title: 'FINDING', cell: ({ title }) => title, least: 24 },
      { title: 'EXAMPLE', cell: ({ example }) => `${example.file}, row ${example.row}: ${example.value}`, least: 24 },
      { title: 'FOCUS', cell: ({ focus }) => focus, least: 24 },
    ],
    paint,
  );
}

function billedText({ billed }: QualityFinding): string {
  return billed.map(({ amount, currency }) => formatMoney({ amount, currency })).join(', ');
}

const rowCommand = command({
  path: ['bill', 'row'],
  summary: 'Show a row of a bill as delivered, from the stored file',
  example: 'steelyard bill row d_0123456789abcdef0123 exports/2026-10/focus-00001.csv 17',
  needs: 'server',
  positionals: {
    delivery: { describe: 'Id of the delivery' },
    file: { describe: 'Name of the file in it' },
    row: { describe: 'Number of the row, from 1; the header is not counted' },
  },
  run: async (context, { delivery, file, row }) => {
    const query = { delivery, file, row: Number(row) };
    const client = await context.client();
    const found = await client.call(getRawRow, { query });
    await context.answer(found, () => {
      const place = found.line === null ? `${found.file}, row ${found.row}` : `${found.file}, line ${found.line}`;
      return `${place}\n\n${facts(
        found.fields.map(({ column, value }) => [column, value]),
        context.paint,
      )}`;
    });
    return 0;
  },
});

export const billCommands = [
  importCommand,
  ...deliveryCommands,
  qualityCommand,
  ...billDeletionCommands,
  diffCommand,
  rowCommand,
];
