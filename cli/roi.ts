import { formatCsvLine } from '../src/platform/csv/index.ts';
import { Currency, type Money } from '../src/platform/units/schema.ts';
import { listReturnFields, RETURN_COLUMNS } from '../src/tradeoff/returns/csv/schema.ts';
import {
  listReturns,
  ReturnDay,
  ReturnDimension,
  type ReturnRow,
  type Returns,
} from '../src/tradeoff/returns/schema.ts';
import { refuseBothFormats } from './downloads.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { limitOption } from './frame/pages.ts';
import { counted, formatAmount, formatCount, formatMoney } from './output/amounts.ts';
import { type Column, table } from './output/table.ts';

const NO_KEY = '(none)';

const roiCommand = command({
  path: ['roi'],
  summary: 'Show cost to make, cost to run, value, contribution and payback',
  example: `steelyard roi --by model
steelyard roi --by version --model ranker --start 2026-11-01 --end 2026-12-01
steelyard roi --by experiment --metric ndcg_at_10 --csv > experiments.csv`,
  needs: 'server',
  options: {
    by: {
      value: 'model|team|feature|customer|endpoint|version|experiment',
      schema: ReturnDimension,
      describe: 'Subject of a row; feature and customer are tags of outcome events; default: model',
    },
    model: { value: 'MODEL', describe: 'Only this registered model' },
    start: { value: 'DAY', schema: ReturnDay, describe: 'First day; default: 365 days before the end' },
    end: {
      value: 'DAY',
      schema: ReturnDay,
      describe: 'Day after the last; default: the day after the last whole day of the bills',
    },
    currency: { value: 'CODE', schema: Currency, describe: 'Convert to this currency at the rate of each day' },
    metric: {
      value: 'METRIC',
      describe: 'Metric of the cost per point of quality of experiments; default: the first quality rule of the policy',
    },
    ...limitOption,
    csv: { describe: 'Print CSV with all digits' },
  },
  run: async (context, { csv, metric: qualityMetric, by, limit, ...query }) => {
    refuseBothFormats(context, csv);
    const client = await context.client();
    const returns = await client.call(listReturns, { query: { ...query, by, qualityMetric, limit } });
    if (csv) {
      await context.io.out.write(formatCsvLine([...RETURN_COLUMNS]));
      for (const fields of listReturnFields(returns)) await context.io.out.write(formatCsvLine(fields));
      return 0;
    }
    await context.answer(returns, () => returnsText(returns, context));
    return 0;
  },
});

function returnsText(returns: Returns, context: Context): string {
  const { by, window, rows, totalRows, billedThrough } = returns;
  const { paint } = context;
  if (rows.length === 0) {
    return `No ${by} with a cost or a value from ${window.start} to ${window.end}. See docs/returns.md to record value.`;
  }
  const more = totalRows > rows.length ? [`${totalRows - rows.length} more; --limit shows more.`] : [];
  const head = `${window.start} to ${window.end} (exclusive)${billedThrough === null ? '' : `; billed through ${billedThrough}`}`;
  return [
    head,
    '',
    table(rows, listColumns(by), paint),
    ...more,
    ...listTotals(returns),
    ...(by === 'experiment' ? ['', experimentTable(rows, context)] : []),
    ...retrainingText(returns, context),
    ...unmatchedText('Costs without value', returns.costsWithoutValue),
    ...unmatchedText('Value without cost', returns.valueWithoutCost),
    ...[...returns.notes, ...rows.flatMap(({ key, notes }) => notes.map((note) => `${key ?? NO_KEY}: ${note}`))].map(
      (note) => paint.waiting(note),
    ),
  ].join('\n');
}

/** Subjects that are not made: they have no cost to make, no net return and no payback. */
const NOT_MADE: ReadonlySet<Returns['by']> = new Set(['feature', 'customer', 'endpoint']);

function listColumns(by: Returns['by']): Column<ReturnRow>[] {
  const money = (title: string, find: (row: ReturnRow) => Money | null): Column<ReturnRow> => ({
    title,
    align: 'decimal',
    cell: (row) => formatMoney(find(row)),
  });
  const isMade = !NOT_MADE.has(by);
  const ofMade = (...columns: readonly Column<ReturnRow>[]) => (isMade ? columns : []);
  return [
    ...(by === 'version' ? [{ title: 'MODEL', cell: ({ model }: ReturnRow) => model }] : []),
    { title: by.toUpperCase(), cell: ({ key }) => key ?? NO_KEY },
    ...ofMade({ title: 'TO MAKE', align: 'decimal', cell: ({ making }) => formatBound(making) }),
    { title: 'TO RUN', align: 'decimal', cell: ({ running }) => formatBound(running) },
    money('VALUE', ({ value }) => value.total),
    money('CONTRIBUTION', ({ contribution }) => contribution.amount),
    ...ofMade(money('NET', ({ net }) => net.amount)),
    { title: 'MARGIN', align: 'right', cell: ({ marginRatio }) => formatRatio(marginRatio) },
    ...ofMade({ title: 'PAYBACK', cell: formatPayback }),
    money('PER OUTCOME', ({ costPerOutcome }) => costPerOutcome.cost),
    { title: 'BASIS', cell: ({ running, making }) => running.basis ?? making.basis, least: 5 },
    {
      title: 'NOTE',
      cell: ({ contribution, making }) => contribution.reason ?? (isMade ? making.reason : null) ?? '',
      least: 16,
    },
  ];
}

function formatBound({ cost, isLowerBound }: ReturnRow['making']): string | null {
  return cost === null ? null : `${isLowerBound ? '>= ' : ''}${formatMoney(cost)}`;
}

function formatRatio(ratio: number | null): string | null {
  return ratio === null ? null : `${Number((100 * ratio).toFixed(1))} %`;
}

/** Example: `2026-11-10`, `~2026-12-20 (2026-12-18 to 2027-01-02)`. */
function formatPayback({ payback: { state, date, earliest, latest } }: ReturnRow): string | null {
  if (state === 'paid_back') return date;
  if (state === 'projected') return `~${date} (${earliest} to ${latest ?? 'open'})`;
  return null;
}

function listTotals({ totals }: Returns): string[] {
  return totals.map(({ currency, making, running, value, contribution, withoutContribution, bases }) => {
    const left = withoutContribution === 0 ? '' : `; ${counted(withoutContribution, 'row')} without a contribution`;
    const mixed = bases.length > 1 ? `; costs mix ${bases.join(' and ')}` : '';
    return `Total in ${currency}: to make ${formatAmount(making)}, to run ${formatAmount(running)}, value ${formatAmount(value)}, contribution ${formatAmount(contribution)}${left}${mixed}.`;
  });
}

function experimentTable(rows: readonly ReturnRow[], { paint }: Context): string {
  const found = rows.flatMap(({ key, experiment }) => (experiment === null ? [] : [{ key, ...experiment }]));
  return table(
    found,
    [
      { title: 'EXPERIMENT', cell: ({ key }) => key ?? NO_KEY },
      { title: 'RUNS', align: 'right', cell: ({ runs }) => formatCount(runs) },
      {
        title: 'VERSIONS',
        cell: ({ versions }) =>
          versions
            .map(({ model, version, isServed }) => `${model} ${version}${isServed ? ' (served)' : ''}`)
            .join(', '),
        least: 16,
      },
      { title: 'PAID', cell: ({ paid }) => (paid === null ? null : paid ? 'yes' : 'no') },
      { title: 'METRIC', cell: ({ quality }) => quality.metric },
      {
        title: 'POINTS',
        align: 'right',
        cell: ({ quality: { points } }) => (points === null ? null : points.toFixed(2)),
      },
      { title: 'COST PER POINT', align: 'decimal', cell: ({ quality }) => formatMoney(quality.costPerPoint) },
      { title: 'NOTE', cell: ({ quality }) => quality.reason ?? '', least: 16 },
    ],
    paint,
  );
}

function retrainingText({ retraining }: Returns, { paint }: Context): string[] {
  if (retraining === null || retraining.rounds.length === 0) return [];
  const { rounds, calibration } = retraining;
  const mean =
    calibration.ratio === null
      ? `Calibration: ${calibration.reason}.`
      : `Calibration: measured / predicted ${calibration.ratio.toFixed(2)} (${calibration.lower?.toFixed(2)} to ${calibration.upper?.toFixed(2)}) over ${counted(calibration.rounds, 'round')}.`;
  const rows = table(
    rounds,
    [
      { title: 'RETRAINING', cell: ({ retraining: name, round }) => `${name} ${round}` },
      { title: 'VERSION', align: 'right', cell: ({ version }) => version },
      { title: 'PREDICTED', align: 'decimal', cell: ({ predicted }) => formatMoney(predicted) },
      { title: 'MEASURED', align: 'decimal', cell: ({ measured }) => formatMoney(measured) },
      { title: 'RATIO', align: 'right', cell: ({ ratio }) => (ratio === null ? null : ratio.toFixed(2)) },
      { title: 'MEAN SO FAR', align: 'right', cell: ({ calibration: now }) => (now === null ? null : now.toFixed(2)) },
      { title: 'NOTE', cell: ({ reason, isFinal }) => reason ?? (isFinal ? '' : 'so far'), least: 16 },
    ],
    paint,
  );
  return ['', rows, mean];
}

const MOST_UNMATCHED = 10;

function unmatchedText(title: string, rows: Returns['costsWithoutValue']): string[] {
  if (rows.length === 0) return [];
  const more = rows.length > MOST_UNMATCHED ? [`  and ${rows.length - MOST_UNMATCHED} more (--json)`] : [];
  const lines = rows
    .slice(0, MOST_UNMATCHED)
    .map(({ key, amount, reason }) => `  ${key ?? NO_KEY}: ${formatMoney(amount)}, ${reason}`);
  return ['', `${title}:`, ...lines, ...more];
}

export const roiCommands = [roiCommand];
