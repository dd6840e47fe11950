import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { z } from 'zod';
import { readCsvRows } from '../src/platform/csv/index.ts';
import { Currency, groupThousands } from '../src/platform/units/schema.ts';
import {
  getUnitCosts,
  listUnitDatasets,
  MOST_UNIT_ROWS,
  type RecordedUnits,
  recordUnits,
  type UnitCosts,
  UnitDay,
  UnitGrouping,
  UnitRow,
} from '../src/tradeoff/returns/schema.ts';
import { readBytes, unreadable } from './bill-files.ts';
import type { Client } from './connection/client.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { CommandError } from './frame/failure.ts';
import { limitOption } from './frame/pages.ts';
import { counted, formatAmount, formatCount, formatMoney } from './output/amounts.ts';
import { createProgress } from './output/progress.ts';
import { table } from './output/table.ts';

const SOME_REJECTED = 1;
/** A request has at least this many rows, except the last. */
const BATCH = 2_000;
const MOST_REASONS = 100;

interface FileRow {
  readonly line: number;
  readonly row: Readonly<Record<string, string>>;
}

const importCommand = command({
  path: ['unit', 'import'],
  summary: 'Import business units by day from a CSV file; a day replaces its earlier rows',
  example: `steelyard unit import orders.csv --dataset orders`,
  needs: 'server',
  exits: { [SOME_REJECTED]: 'some rows were rejected' },
  positionals: {
    file: {
      describe:
        'CSV, sorted by date, with the columns date, quantity and any of team, project, model, endpoint, feature, customer',
    },
  },
  options: { dataset: { value: 'NAME', required: true, describe: 'Dataset, as its UnitDataset document names it' } },
  run: async (context, { file, dataset }) => {
    const client = await context.client();
    const progress = createProgress(context.io.err, context.globals.json);
    try {
      const { size } = await stat(file).catch((error: unknown) => Promise.reject(unreadable(file, error)));
      const content = readBytes(file, (sizeBytes) => progress.show(basename(file), sizeBytes / size));
      const recorded = await sendDays(client, dataset, readTable(content, file), file);
      await progress.clear();
      await context.answer(recorded, () => recordedText(recorded, context));
      return recorded.rejectedRows > 0 ? SOME_REJECTED : 0;
    } finally {
      await progress.clear();
    }
  },
});

async function* readTable(content: AsyncIterable<Buffer>, file: string): AsyncGenerator<FileRow> {
  let columns: readonly string[] | null = null;
  for await (const { fields, line } of readCsvRows(content, file)) {
    if (columns === null) {
      columns = requireColumns(fields, file);
      continue;
    }
    const names = columns;
    // An empty field is a missing one.
    const cells = fields.flatMap((value, at) => (value === '' ? [] : [[names[at] ?? '', value] as const]));
    yield { line, row: Object.fromEntries(cells) };
  }
}

function requireColumns(fields: readonly string[], file: string): readonly string[] {
  const known = Object.keys(UnitRow.shape);
  const unknown = fields.filter((field) => !known.includes(field));
  const missing = ['date', 'quantity'].filter((name) => !fields.includes(name));
  if (unknown.length === 0 && missing.length === 0) return fields;
  const problem =
    missing.length > 0 ? `lacks the column ${missing.join(', ')}` : `has the unknown column ${unknown.join(', ')}`;
  throw new CommandError('usage', `${file} ${problem}. Columns: ${known.join(', ')}.`, { file });
}

/**
 * Sends whole days, as they are read: the rows of one day replace the day, so that they must be in one request. Memory grows with the
 * number of days only. Error: `usage` for a day that appears again after another one, or with too many rows.
 */
async function sendDays(
  client: Client,
  dataset: string,
  rows: AsyncIterable<FileRow>,
  file: string,
): Promise<RecordedUnits> {
  const total: RecordedUnits = { replacedDays: 0, unchangedDays: 0, rejectedDays: 0, rejectedRows: 0, rejected: [] };
  const seen = new Set<string>();
  let [batch, day]: [FileRow[], string | null] = [[], null];
  const send = async () => {
    if (batch.length === 0) return;
    const sent = batch;
    batch = [];
    const answer = await client.call(recordUnits, {
      params: { dataset },
      body: { rows: sent.map(({ row }) => ({ ...row })) },
    });
    for (const part of ['replacedDays', 'unchangedDays', 'rejectedDays', 'rejectedRows'] as const)
      total[part] += answer[part];
    for (const { line, reason } of answer.rejected) {
      if (total.rejected.length < MOST_REASONS) total.rejected.push({ line: sent[line - 1]?.line ?? line, reason });
    }
  };
  for await (const one of rows) {
    const next = one.row.date ?? '';
    if (next !== day) {
      if (batch.length >= BATCH) await send();
      if (seen.has(next)) {
        const detail = `Line ${one.line} of ${file}: ${next} appears again after another day. Sort the file by date; earlier days are stored.`;
        throw new CommandError('usage', detail, { file });
      }
      seen.add(next);
      day = next;
    }
    batch.push(one);
    if (batch.length > MOST_UNIT_ROWS) {
      // Days before the current one go first; a day alone must fit.
      const current = batch.filter(({ row }) => row.date === day);
      if (current.length > MOST_UNIT_ROWS) {
        const detail = `${next} has more than ${formatCount(MOST_UNIT_ROWS)} rows in ${file}. Sum them to fewer dimensions.`;
        throw new CommandError('usage', detail, { file });
      }
      batch = batch.filter(({ row }) => row.date !== day);
      await send();
      batch = current;
    }
  }
  await send();
  return total;
}

function recordedText(recorded: RecordedUnits, { paint }: Context): string {
  const { replacedDays, unchangedDays, rejectedDays, rejectedRows, rejected } = recorded;
  const known = unchangedDays === 0 ? '' : ` ${counted(unchangedDays, 'day')} unchanged.`;
  const imported = `${paint.good('Imported')} ${counted(replacedDays, 'day')}.${known}`;
  if (rejectedRows === 0) return imported;
  const lines = rejected.map(({ line, reason }) => `  line ${line}: ${reason}`);
  const left = paint.waiting(
    `Rejected: ${counted(rejectedRows, 'row')}; ${counted(rejectedDays, 'day')} stay as before.`,
  );
  return [imported, left, ...lines].join('\n');
}

const listCommand = command({
  path: ['unit', 'list'],
  summary: 'List datasets of business units',
  example: 'steelyard unit list',
  needs: 'server',
  run: async (context) => {
    const client = await context.client();
    const { datasets } = await client.call(listUnitDatasets, {});
    await context.answer({ datasets }, () =>
      datasets.length === 0
        ? 'No dataset yet. Apply a document of kind UnitDataset.'
        : table(
            datasets,
            [
              { title: 'DATASET', cell: ({ dataset }) => dataset },
              { title: 'UNIT', cell: ({ unit }) => unit },
              { title: 'DAYS', align: 'right', cell: ({ days }) => formatCount(days) },
              { title: 'FIRST', cell: ({ firstDay }) => firstDay },
              { title: 'LAST', cell: ({ lastDay }) => lastDay },
              { title: 'COST OF', cell: ({ cost: { subject, ...others } }) => describeCost({ ...subject, ...others }) },
            ],
            context.paint,
          ),
    );
    return 0;
  },
});

function describeCost(fields: Readonly<Record<string, string | undefined>>): string {
  const parts = Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${value}`]));
  return parts.length === 0 ? 'everything' : parts.join(', ');
}

const showCommand = command({
  path: ['unit', 'show'],
  summary: 'Show the cost per unit by month or day',
  example: `steelyard unit show orders
steelyard unit show orders --period day --start 2026-11-01 --end 2026-12-01`,
  needs: 'server',
  positionals: { dataset: { describe: 'Dataset of business units' } },
  options: {
    start: { value: 'DAY', schema: UnitDay, describe: 'First day; default: 365 days before the end' },
    end: {
      value: 'DAY',
      schema: UnitDay,
      describe: 'Day after the last; default: the day after the last whole day of the bills',
    },
    period: { value: 'day|month', schema: z.enum(['day', 'month']), describe: 'Length of a period; default: month' },
    by: {
      value: 'team|project|model|endpoint',
      schema: UnitGrouping,
      describe: 'Dimension of the rows and of the cost',
    },
    currency: { value: 'CODE', schema: Currency, describe: 'Convert to this currency at the rate of each day' },
    ...limitOption,
  },
  run: async (context, { dataset, ...query }) => {
    const client = await context.client();
    const costs = await client.call(getUnitCosts, { params: { dataset }, query });
    await context.answer(costs, () => costsText(costs, query.by !== undefined, context));
    return 0;
  },
});

function costsText(costs: UnitCosts, isGrouped: boolean, { paint }: Context): string {
  const { unit, window, rows, total, costWithoutUnits, unitsWithoutCost, currency, totalRows } = costs;
  const lines = table(
    rows,
    [
      { title: 'PERIOD', cell: ({ period }) => period },
      ...(isGrouped ? [{ title: 'KEY', cell: ({ key }: UnitCosts['rows'][number]) => key ?? '(none)' }] : []),
      { title: 'COST', align: 'decimal', cell: ({ cost }) => formatMoney(cost) },
      {
        title: `${unit.toUpperCase()}S`,
        align: 'decimal',
        cell: ({ quantity }) => (quantity === null ? null : groupThousands(quantity)),
      },
      {
        title: `COST PER ${unit.toUpperCase()}`,
        align: 'decimal',
        cell: ({ costPerUnit }) => formatMoney(costPerUnit),
      },
      { title: 'NOTE', cell: ({ reason }) => reason ?? '', least: 16 },
    ],
    paint,
  );
  const sum =
    total.costPerUnit === null
      ? `Total: unknown, ${total.reason}.`
      : `Total: ${formatMoney(total.costPerUnit)} per ${unit} over ${counted(total.days, 'day')}.`;
  const without = costWithoutUnits.amount === null ? '' : ` with ${formatAmount(costWithoutUnits.amount)} ${currency}`;
  return [
    `${window.start} to ${window.end} (exclusive)`,
    '',
    lines,
    ...(totalRows > rows.length ? [`${totalRows - rows.length} earlier; --limit shows more.`] : []),
    sum,
    ...(costWithoutUnits.days > 0
      ? [paint.waiting(`Left out: ${counted(costWithoutUnits.days, 'day')}${without} and no ${unit}.`)]
      : []),
    ...(unitsWithoutCost.days > 0
      ? [
          paint.waiting(
            `Left out: ${counted(unitsWithoutCost.days, 'day')} with ${unitsWithoutCost.amount} units and no cost.`,
          ),
        ]
      : []),
  ].join('\n');
}

export const unitCommands = [importCommand, listCommand, showCommand];
