import { z } from 'zod';
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
import type { Client } from './connection/client.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { CommandError } from './frame/failure.ts';
import { limitOption } from './frame/pages.ts';
import { counted, formatCount, formatMoney } from './output/amounts.ts';
import { table } from './output/table.ts';
import { collectRejected, type FileRow, sendFile } from './row-files.ts';

const SOME_REJECTED = 1;
/** A request has at least this many rows, except the last. */
const BATCH = 2_000;
const COLUMNS = { known: Object.keys(UnitRow.shape), required: ['date', 'quantity'] };

const importCommand = command({
  path: ['unit', 'import'],
  summary: 'Import business units by day from a CSV or NDJSON file; a day replaces its earlier rows',
  example: `steelyard unit import orders.csv --dataset orders`,
  needs: 'server',
  exits: { [SOME_REJECTED]: 'some rows were rejected' },
  positionals: {
    file: {
      describe:
        'Rows sorted by date. CSV with the columns date, quantity and any of team, project, model, endpoint, feature, customer; or NDJSON (.ndjson, .jsonl) with these fields',
    },
  },
  options: { dataset: { value: 'NAME', required: true, describe: 'Dataset, as its UnitDataset document names it' } },
  run: async (context, { file, dataset }) => {
    const client = await context.client();
    const recorded = await sendFile(context, file, COLUMNS, (rows) => sendDays(client, dataset, rows, file));
    await context.answer(recorded, () => recordedText(recorded, context));
    return recorded.rejectedRows > 0 ? SOME_REJECTED : 0;
  },
});

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
    collectRejected(total.rejected, answer.rejected, sent);
  };
  for await (const one of rows) {
    const next = String(one.row.date ?? '');
    if (next !== day) {
      if (batch.length >= BATCH) await send();
      if (seen.has(next)) {
        const detail = `Line ${one.line} of ${file}: ${next} appears again after another day. Sort the file by date and import it again.`;
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
  const without =
    costWithoutUnits.amount === null || currency === null
      ? ''
      : ` with ${formatMoney({ amount: costWithoutUnits.amount, currency })}`;
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
