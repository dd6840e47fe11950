import { z } from 'zod';
import {
  type BillDiff,
  type DiffRow,
  diffDeliveries,
  type FieldChange,
  type MoneyChange,
} from '../src/finops/billing/diff/schema.ts';
import { Month } from '../src/platform/units/schema.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { counted, formatAmount } from './output/amounts.ts';
import { table } from './output/table.ts';

export const diffCommand = command({
  path: ['bill', 'diff'],
  summary: 'Compare two deliveries: added, removed and changed rows, and cost',
  example: 'steelyard bill diff d_0123456789abcdef0123 d_fedcba98765432100123 --by serviceName',
  needs: 'server',
  positionals: { a: { describe: 'Delivery before' }, b: { describe: 'Delivery after' } },
  options: {
    period: { value: 'YYYY-MM', schema: Month, describe: 'Billing period, where the two share several' },
    by: { value: 'DIM', describe: 'Dimension of the cost, such as serviceName or tag:team' },
    limit: {
      value: 'N',
      fallback: '100',
      schema: z.coerce.number('a whole number').int('a whole number').min(0, 'zero or more').max(1000, 'at most 1000'),
      describe: 'Most rows to list of each kind; counts and cost cover all rows',
    },
    offset: {
      value: 'N',
      fallback: '0',
      schema: z.coerce.number('a whole number').int('a whole number').min(0, 'zero or more'),
      describe: 'Rows of each kind to skip',
    },
  },
  run: async (context, { a, b, ...options }) => {
    const query = { ...options, a, b };
    const client = await context.client();
    const diff = await client.call(diffDeliveries, { query });
    await context.answer(diff, () => diffText(diff, options.by, context));
    return 0;
  },
});

function diffText(diff: BillDiff, by: string | undefined, context: Context): string {
  const { unchanged, added, removed, changedRows, changedFields } = diff.counts;
  const counts = [
    `${diff.period}: ${counted(added, 'row')} added, ${counted(removed, 'row')} removed,`,
    `${counted(changedRows, 'row')} changed in ${counted(changedFields, 'field')}, ${counted(unchanged, 'row')} the same.`,
  ].join(' ');
  return [
    counts,
    moneyText(diff.totals, by, context),
    ...rowsText('Added', diff.added, added, context),
    ...rowsText('Gone', diff.removed, removed, context),
    ...changedText(diff.changed, context),
  ].join('\n\n');
}

function moneyText(totals: readonly MoneyChange[], by: string | undefined, { paint }: Context): string {
  const visible = totals.filter(({ before, after }) => before !== after);
  if (visible.length === 0) return 'The money is the same.';
  const amount = (value: string | null) => (value === null ? null : formatAmount(value));
  return table(
    visible,
    [
      ...(by === undefined ? [] : [{ title: by.toUpperCase(), cell: ({ value }: MoneyChange) => value }]),
      { title: 'METRIC', cell: ({ metric }) => metric },
      { title: 'BEFORE', align: 'decimal', cell: ({ before }) => amount(before) },
      { title: 'AFTER', align: 'decimal', cell: ({ after }) => amount(after) },
      { title: 'DELTA', align: 'decimal', cell: ({ delta }) => amount(delta) },
      { title: 'CURRENCY', cell: ({ currency }) => currency },
    ],
    paint,
  );
}

function rowsText(title: string, rows: readonly DiffRow[], all: number, { paint }: Context): string[] {
  if (rows.length === 0) return [];
  const listed = table(
    rows,
    [
      { title: title.toUpperCase(), cell: formatPlace },
      { title: 'CHARGED', cell: ({ chargePeriodStart }) => chargePeriodStart?.slice(0, 10) ?? null },
      { title: 'SERVICE', cell: ({ serviceName }) => serviceName },
      { title: 'RESOURCE', cell: ({ resourceId }) => resourceId, least: 16 },
      {
        title: 'BILLED',
        align: 'decimal',
        cell: ({ billedCost }) => (billedCost === null ? null : formatAmount(billedCost)),
      },
      { title: 'CURRENCY', cell: ({ currency }) => currency },
    ],
    paint,
  );
  return rows.length < all ? [`${listed}\n… ${rows.length} of ${counted(all, 'row')}`] : [listed];
}

function changedText(changed: readonly FieldChange[], { paint }: Context): string[] {
  if (changed.length === 0) return [];
  return [
    table(
      changed,
      [
        { title: 'CHANGED', cell: ({ row }) => formatPlace(row.after) },
        { title: 'RESOURCE', cell: ({ row }) => row.after.resourceId, least: 16 },
        { title: 'COLUMN', cell: ({ column }) => column },
        { title: 'BEFORE', cell: ({ before }) => before },
        { title: 'AFTER', cell: ({ after }) => after },
      ],
      paint,
    ),
  ];
}

function formatPlace({ file, row }: DiffRow): string {
  return `${file} row ${row}`;
}
