import { z } from 'zod';
import {
  ComparedPeriod,
  type Driver,
  type ExplainedGroup,
  type Explanation,
  effectNames,
  explainCosts,
} from '../src/finops/costs/explain/schema.ts';
import { filterOption, metricOption, metricWords } from './cost-selection.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { counted, formatAmount } from './output/amounts.ts';
import { table } from './output/table.ts';

const NO_VALUE = '(none)';

export const costExplainCommand = command({
  path: ['cost', 'explain'],
  summary: 'Explain the change of cost between two periods by price, volume and mix',
  example:
    'steelyard cost explain --from 2026-09 --to 2026-10 --by team\nsteelyard cost explain --from 2026-10-01..2026-10-07 --to 2026-10-08..2026-10-14 --json',
  needs: 'server',
  options: {
    from: {
      value: 'PERIOD',
      schema: ComparedPeriod,
      required: true,
      describe: 'First period: a month, a day, or a range A..B',
    },
    to: {
      value: 'PERIOD',
      schema: ComparedPeriod,
      required: true,
      describe: 'Second period: a month, a day, or a range A..B',
    },
    by: { value: 'DIM[,DIM]', fallback: 'serviceName', describe: 'Dimensions to group by, as in cost summary' },
    ...metricOption,
    ...filterOption,
    limit: {
      value: 'N',
      fallback: '20',
      schema: z.coerce.number('a whole number').int('a whole number').min(1, 'one or more').max(1000, 'at most 1000'),
      describe: 'Most groups and drivers to list; the others are summed',
    },
  },
  run: async (context, { by, ...input }) => {
    const client = await context.client();
    const explanation = await client.call(explainCosts, { query: { ...input, by: by.split(',') } });
    await context.answer(explanation, () => explanationText(explanation, by.split(','), context));
    return 0;
  },
});

function explanationText(explanation: Explanation, by: readonly string[], context: Context): string {
  const { totals, groups, otherGroups, drivers } = explanation;
  const rest = otherGroups.map((group) => ({
    ...group,
    values: { [by[0] ?? '']: `(${counted(group.groups, 'other')})` },
  }));
  return [
    ...totals.map((total) => waterfallText(total, explanation, context)),
    groupsText([...groups, ...rest], by, context),
    drivers.length === 0 ? '' : driversText(drivers, context),
    leftOutText(explanation, context),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

type Total = Explanation['totals'][number];

function waterfallText(total: Total, { metric, from, to }: Explanation, { paint }: Context): string {
  const steps = effectNames.filter((name) => total.effects[name] !== '0');
  const rows = [
    { label: rangeText(from), amount: formatAmount(total.before), isSum: true },
    ...steps.map((name) => ({ label: `  ${name}`, amount: signed(total.effects[name]), isSum: false })),
    { label: rangeText(to), amount: formatAmount(total.after), isSum: true },
    { label: 'change', amount: signed(total.change), isSum: true },
  ].map((row) => ({ ...row, currency: total.currency }));
  const style = ({ isSum }: (typeof rows)[number]) => (isSum ? paint.heading : (text: string) => text);
  return table(
    rows,
    [
      { title: 'WATERFALL', cell: ({ label }) => label, style },
      { title: metricWords(metric).toUpperCase(), align: 'decimal', cell: ({ amount }) => amount, style },
      { title: 'CURRENCY', cell: ({ currency }) => currency, style },
    ],
    paint,
  );
}

function rangeText({ from, to }: Explanation['from']): string {
  return from === to ? from : `${from}..${to}`;
}

/** `+1.00`, `-0.50`, `0.00`: a change shows its direction. */
function signed(amount: string): string {
  const formatted = formatAmount(amount);
  return amount === '0' || amount.startsWith('-') ? formatted : `+${formatted}`;
}

function groupsText(groups: readonly ExplainedGroup[], by: readonly string[], { paint }: Context): string {
  return table(
    groups,
    [
      ...by.map((name) => ({ title: name, cell: ({ values }: ExplainedGroup) => values[name] ?? NO_VALUE })),
      { title: 'BEFORE', align: 'decimal' as const, cell: ({ before }: ExplainedGroup) => formatAmount(before) },
      { title: 'AFTER', align: 'decimal' as const, cell: ({ after }: ExplainedGroup) => formatAmount(after) },
      { title: 'CHANGE', align: 'decimal' as const, cell: ({ change }: ExplainedGroup) => signed(change) },
      { title: 'CURRENCY', cell: ({ currency }: ExplainedGroup) => currency },
    ],
    paint,
  );
}

function driversText(drivers: readonly Driver[], { paint }: Context): string {
  return table(
    drivers,
    [
      { title: 'DRIVER', cell: ({ effect }) => effect },
      { title: 'AMOUNT', align: 'decimal', cell: ({ effect, effects }) => signed(effects[effect]) },
      { title: 'CURRENCY', cell: ({ currency }) => currency },
      { title: 'SERVICE', cell: ({ serviceName }) => serviceName },
      { title: 'SKU', cell: ({ sku }) => sku, least: 12 },
      { title: 'QUANTITY', cell: ({ was, is, pricingUnit }) => fromTo(was.quantity, is.quantity, pricingUnit ?? '') },
      { title: 'UNIT PRICE', cell: ({ was, is }) => fromTo(was.unitPrice, is.unitPrice, '') },
    ],
    paint,
  );
}

function fromTo(before: string | null, after: string | null, unit: string): string | null {
  if (before === null && after === null) return null;
  const formatted = (amount: string | null) => (amount === null ? '—' : formatAmount(amount));
  return `${formatted(before)} → ${formatted(after)} ${unit}`.trim();
}

function leftOutText({ from, to }: Explanation, { paint }: Context): string {
  const rows = [from, to].flatMap((range) => {
    const { rejectedRows, rowsWithoutMetric } = range.leftOut;
    const what = [
      ...(rejectedRows > 0 ? [`${counted(rejectedRows, 'row')} that could not be accepted`] : []),
      ...(rowsWithoutMetric > 0 ? [`${counted(rowsWithoutMetric, 'row')} without a cost`] : []),
    ];
    return what.length === 0 ? [] : [paint.waiting(`Left out of ${rangeText(range)}: ${what.join(', ')}.`)];
  });
  return rows.join('\n');
}
