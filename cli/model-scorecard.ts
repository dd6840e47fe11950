import { getModelScorecard, listModelScorecards, type ModelScorecard } from '../src/tradeoff/scorecards/schema.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { limitOption, moreText, readPages } from './frame/pages.ts';
import { formatMoney } from './output/amounts.ts';
import { table } from './output/table.ts';

const PERCENT = 100;
const QUALITY_DIGITS = 4;

export const scorecardCommand = command({
  path: ['model', 'scorecard'],
  summary: 'Show cost, GPU hours, return, quality, latency and drift of models in a range of days',
  example: 'steelyard model scorecard ranker --from 2026-11-01 --to 2026-11-30',
  needs: 'server',
  positionals: { model: { describe: 'Registered model; all models by default', optional: true } },
  options: {
    from: { value: 'YYYY-MM-DD', describe: 'First day; default: 30 days that end with --to' },
    to: { value: 'YYYY-MM-DD', describe: 'Last day; default: the last whole day of the bills, else today' },
    team: { value: 'NAME', describe: 'Only models of this team, without a model' },
    ...limitOption,
  },
  run: async (context, { model, from, to, team, limit }) => {
    const client = await context.client();
    if (model !== undefined) {
      const document = await client.call(getModelScorecard, { params: { model }, query: { from, to } });
      await context.answer(document, () => scorecardText(document.scorecard, document.range, context));
      return 0;
    }
    const page = await readPages(client, listModelScorecards, { from, to, team }, 'scorecards', limit);
    await context.answer(page, () => scorecardsText(page.scorecards, page.range, context));
    await context.remark(moreText(page) ?? (page.scorecards.length === 0 ? 'No model is registered.' : ''));
    return 0;
  },
});

type Days = { readonly start: string; readonly end: string };

function scorecardsText(scorecards: readonly ModelScorecard[], range: Days, { paint }: Context): string {
  if (scorecards.length === 0) return '';
  const rows = table(
    scorecards,
    [
      { title: 'MODEL', cell: ({ model }) => model },
      { title: 'STATUS', cell: ({ status }) => status },
      { title: 'COST', align: 'decimal', cell: ({ cost }) => costText(cost) },
      { title: 'GPU HOURS', align: 'decimal', cell: ({ gpu }) => numberText(gpu.value, 1) },
      { title: 'USED', align: 'right', cell: ({ gpu }) => percentText(gpu.utilizationRatio) },
      { title: 'ROI', align: 'right', cell: ({ roi }) => percentText(roi.value) },
      { title: 'QUALITY', cell: ({ quality }) => qualityText(quality) },
      { title: 'P95 MS', align: 'decimal', cell: ({ latency }) => numberText(latency.value, 1) },
      { title: 'ERRORS', align: 'right', cell: ({ latency }) => percentText(latency.errorRatio, 2) },
      { title: 'DRIFTED', align: 'right', cell: ({ drift }) => driftText(drift) },
      { title: 'LAST DECISION', cell: ({ lastDecision }) => decisionText(lastDecision), least: 20 },
    ],
    paint,
  );
  return `${rows}\n\n${rangeText(range)}`;
}

type ShownMeasure = ModelScorecard['cost' | 'gpu' | 'roi' | 'quality' | 'latency' | 'drift'];

interface MeasureRow extends Pick<ShownMeasure, 'basis' | 'trend'> {
  readonly name: string;
  readonly figure: string | null;
  readonly measure: ShownMeasure;
}

function scorecardText(scorecard: ModelScorecard, range: Days, { paint }: Context): string {
  const rows = table(
    listMeasures(scorecard),
    [
      { title: 'MEASURE', cell: ({ name }) => name },
      { title: 'FIGURE', cell: ({ figure }) => figure },
      { title: 'BASIS', cell: ({ basis }) => basis },
      { title: 'TREND', align: 'right', cell: ({ trend }) => trendText(trend) },
      { title: 'STATUS', cell: ({ measure }) => measure.status },
      { title: 'REASON', cell: ({ measure }) => measure.statusReason, least: 30 },
    ],
    paint,
  );
  return `${scorecard.model}: ${scorecard.status}\n\n${rows}\n\n${rangeText(range)}`;
}

function listMeasures(scorecard: ModelScorecard): MeasureRow[] {
  const { cost, gpu, roi, quality, latency, drift } = scorecard;
  const used = gpu.utilizationRatio === null ? '' : `, ${percentText(gpu.utilizationRatio)} used`;
  const hours = gpu.value === null ? null : `${numberText(gpu.value, 1)} GPU hours${used}`;
  const errors = latency.errorRatio === null ? '' : `, ${percentText(latency.errorRatio, 2)} errors`;
  const p95 = latency.value === null ? null : `p95 ${numberText(latency.value, 1)} ms${errors}`;
  const row = (name: string, figure: string | null, measure: ShownMeasure): MeasureRow => {
    const { basis, trend } = measure;
    return { name, figure, basis, trend, measure };
  };
  return [
    row('cost', costText(cost), cost),
    row('GPU', hours, gpu),
    row('ROI', percentText(roi.value), roi),
    row('quality', qualityText(quality), quality),
    row('latency', p95, latency),
    row('drift', driftText(drift), drift),
  ];
}

function costText({ value, currency, isLowerBound }: ModelScorecard['cost']): string | null {
  if (value === null || currency === null) return null;
  return `${isLowerBound ? '>= ' : ''}${formatMoney({ amount: value, currency })}`;
}

function qualityText({ metric, value, interval, basis }: ModelScorecard['quality']): string | null {
  if (value === null) return null;
  const digits = (figure: number) => figure.toFixed(QUALITY_DIGITS);
  const range = interval === null ? '' : ` (${digits(interval.lower)} to ${digits(interval.upper)})`;
  return `${metric} ${digits(value)}${range} ${basis}`;
}

function driftText({ drifted, windows }: ModelScorecard['drift']): string | null {
  return drifted === null ? null : `${drifted} of ${windows}`;
}

function decisionText(decision: ModelScorecard['lastDecision']): string | null {
  return decision === null ? null : `${decision.verdict} version ${decision.version}`;
}

function trendText({ changeRatio, meaning }: MeasureRow['trend']): string | null {
  if (changeRatio === null) return null;
  const sign = changeRatio > 0 ? '+' : '';
  return `${sign}${percentText(changeRatio)}${meaning === null ? '' : ` ${meaning}`}`;
}

function percentText(ratio: number | null, digits = 0): string | null {
  return ratio === null ? null : `${(ratio * PERCENT).toFixed(digits)}%`;
}

function numberText(value: number | null, digits: number): string | null {
  return value === null ? null : value.toFixed(digits);
}

function rangeText({ start, end }: Days): string {
  return `${start} until before ${end}, UTC; effective cost`;
}
