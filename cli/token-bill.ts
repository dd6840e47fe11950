import type { z } from 'zod';
import { CostMetric, DEFAULT_METRIC } from '../src/finops/billing/schema.ts';
import { type BilledTokens, tokenReconciliation, type UnclassifiedCost } from '../src/finops/tokens/schema.ts';
import { Month } from '../src/platform/units/schema.ts';
import { metricWords } from './cost-selection.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { CommandError } from './frame/failure.ts';
import { counted, formatAmount, formatCount } from './output/amounts.ts';
import { table } from './output/table.ts';

/** `steelyard tokens bill`: catalogue against bill. */
export const tokenBillCommand = command({
  path: ['tokens', 'bill'],
  summary: 'Compare billed tokens with their catalogue price, by model and direction',
  example: 'steelyard tokens bill --period 2026-10\nsteelyard tokens bill --json | jq .unclassified',
  needs: 'server',
  options: {
    period: { value: 'YYYY-MM', schema: Month, describe: 'One billing period; all by default' },
    metric: {
      value: CostMetric.options.join('|'),
      schema: CostMetric,
      fallback: DEFAULT_METRIC,
      describe: 'Cost column to compare',
    },
    csv: { describe: 'Print CSV with all digits' },
  },
  run: async (context, { csv, ...query }) => {
    if (csv && context.globals.json)
      throw new CommandError('usage', '--csv and --json exclude each other: give one of them.');
    const client = await context.client();
    const report = await client.call(tokenReconciliation, { query });
    if (csv) await context.io.out.write(reportCsv(report));
    else await context.answer(report, () => reportText(report, context));
    if (report.rows.length === 0 && report.unclassified.length === 0) {
      await context.remark('No bill has rows of an AI service. steelyard bill import PATH… --source NAME');
    }
    return 0;
  },
});

type Report = z.infer<typeof tokenReconciliation.response>;

function reportText({ metric, rows, unclassified, totals }: Report, { paint }: Context): string {
  if (rows.length === 0 && unclassified.length === 0) return '';
  const sums = totals.map(
    ({ currency, tokenCost, pricedTokenCost, catalogueCost, unclassifiedCost, rowsWithoutMetric }) =>
      `${currency}, ${metricWords(metric)}: tokens ${costText(tokenCost)}, of which ${costText(pricedTokenCost)} has a price and would cost ${formatAmount(catalogueCost)}; not classified ${costText(unclassifiedCost)}${rowsWithoutMetric === 0 ? '' : `. Left out: ${counted(rowsWithoutMetric, 'row')} without ${metricWords(metric)}`}`,
  );
  const tokens = rows.length === 0 ? [] : [billedTable(rows, metric, paint)];
  const rest =
    unclassified.length === 0 ? [] : [paint.heading('Not classified'), unclassifiedTable(unclassified, metric, paint)];
  return [...tokens, ...(rest.length > 0 && tokens.length > 0 ? [''] : []), ...rest, '', ...sums].join('\n');
}

function costText(cost: string | null): string {
  return cost === null ? 'unknown' : formatAmount(cost);
}

function billedTable(rows: readonly BilledTokens[], metric: CostMetric, paint: Context['paint']): string {
  const amount = (value: string | null) => (value === null ? null : formatAmount(value));
  return table(
    rows,
    [
      { title: 'PERIOD', cell: ({ period }) => period },
      { title: 'MODEL', cell: ({ model }) => model },
      { title: 'DIRECTION', cell: ({ direction }) => direction },
      { title: 'TIER', cell: ({ serviceTier, geography }) => [serviceTier, geography].filter(Boolean).join(' ') },
      { title: 'TOKENS', align: 'right', cell: ({ tokens }) => formatAmount(tokens).replace(/\.00$/, '') },
      { title: metricWords(metric).toUpperCase(), align: 'decimal', cell: ({ cost }) => amount(cost) },
      { title: 'COST/M', align: 'decimal', cell: ({ costPerMillion }) => amount(costPerMillion) },
      { title: 'PRICE/M', align: 'decimal', cell: ({ cataloguePerMillion }) => amount(cataloguePerMillion) },
      { title: 'DIFFERENCE', align: 'decimal', cell: ({ difference }) => amount(difference) },
      { title: 'CURRENCY', cell: ({ currency }) => currency },
      { title: 'PRICE FROM', cell: ({ priceSource, reason }) => reason ?? priceSource, least: 12 },
    ],
    paint,
  );
}

function unclassifiedTable(rows: readonly UnclassifiedCost[], metric: CostMetric, paint: Context['paint']): string {
  return table(
    rows,
    [
      { title: 'PERIOD', cell: ({ period }) => period },
      { title: 'SERVICE', cell: ({ service }) => service },
      { title: 'METER', cell: ({ meter, description }) => meter ?? description, least: 16 },
      { title: 'UNIT', cell: ({ unit }) => unit },
      { title: 'ROWS', align: 'right', cell: (row) => formatCount(row.rows) },
      {
        title: metricWords(metric).toUpperCase(),
        align: 'decimal',
        cell: ({ cost }) => (cost === null ? null : formatAmount(cost)),
      },
      { title: 'CURRENCY', cell: ({ currency }) => currency },
      { title: 'REASON', cell: ({ reason }) => reason, least: 16 },
    ],
    paint,
  );
}

const csvColumns = [
  'period',
  'provider',
  'service',
  'model',
  'catalogueModel',
  'direction',
  'serviceTier',
  'geography',
  'meter',
  'unit',
  'rows',
  'tokens',
  'currency',
  'metric',
  'cost',
  'costPerMillion',
  'cataloguePerMillion',
  'catalogueCost',
  'difference',
  'priceSource',
  'reason',
] as const;

/** Classified and unclassified rows in one table; a column that one of them lacks is empty. */
function reportCsv({ metric, rows, unclassified }: Report): string {
  const lines = [...rows, ...unclassified].map((row) => {
    const cells: Readonly<Record<string, unknown>> = { metric, ...row };
    return csvColumns.map((name) => csvField(cells[name])).join(',');
  });
  return [csvColumns.join(','), ...lines].map((line) => `${line}\r\n`).join('');
}

/** Quoted where CSV needs it; a text that a spreadsheet would run as a formula gets an apostrophe. */
function csvField(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = String(value);
  const isNumber = /^-?\d+(\.\d+)?$/.test(text);
  const safe = !isNumber && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
