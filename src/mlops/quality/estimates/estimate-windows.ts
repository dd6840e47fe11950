import type { LakeRow, LakeSession } from '../../../platform/lake/index.ts';
import type { EstimatedQuality, Estimation } from '../../monitors/schema.ts';
import { CBPE_METRICS } from './cbpe.ts';
import { estimateLosses } from './dle.ts';
import type { Figure } from './figure.ts';
import type { EstimateModel } from './learn.ts';
import { estimateConfidence } from './thread.ts';

/** Two-sided 95 % quantile of the normal law. */
const Z = 1.959963984540054;
/** Numbers that are read of all windows together; of a larger window a part is drawn by the hash of the id. */
const MOST_NUMBERS = 8_000_000;
const FEWEST_OF_WINDOW = 200;
const TERMS = 2;

/** The windows of a cut, and the rows that they are made of. */
export interface WindowsToEstimate {
  /** Windows in order. `estimated` is the number of rows that have terms; `term0` and `term1` are the means of the terms. */
  readonly windows: readonly LakeRow[];
  /** FROM item: rows that have terms, with `place`, the place of their window, `draw`, `term0` and `term1`. */
  readonly rows: string;
  /** Measures that are wanted, in their order. */
  readonly metrics: readonly string[];
}

/** Estimates the quality of each window; with its reason where it cannot be estimated. */
export async function estimateWindows(
  session: LakeSession,
  { estimation, model }: { readonly estimation: Estimation; readonly model: EstimateModel | null },
  { windows, rows, metrics }: WindowsToEstimate,
): Promise<EstimatedQuality[][]> {
  if (model === null)
    return windows.map(() => metrics.map((metric) => buildNotEstimated(metric, 0, estimation.reason)));
  if (model.method === 'dle') {
    return windows.map((window) => {
      const count = Number(window.estimated);
      const means = { mae: toNumberOrNull(window.term0), rmse: toNumberOrNull(window.term1) };
      const figures: Readonly<Record<string, Figure>> = estimateLosses(model.reference, { rows: count, means });
      return metrics.map((metric) => buildEstimate(metric, figures[metric], count));
    });
  }
  const most = Math.max(FEWEST_OF_WINDOW, Math.floor(MOST_NUMBERS / Math.max(1, windows.length * TERMS)));
  const counts = windows.map(({ estimated }) => Math.min(most, Number(estimated)));
  const starts = [0];
  for (const count of counts) starts.push((starts.at(-1) ?? 0) + count);
  const isDrawn = windows.some(({ estimated }) => Number(estimated) > most);
  const drawn = isDrawn ? `QUALIFY row_number() OVER (PARTITION BY place ORDER BY draw) <= ${most}` : '';
  const select = `SELECT term0, term1 FROM (SELECT * FROM ${rows} ${drawn}) ORDER BY place, draw`;
  const [probability = NONE, predicted = NONE] = await session.doubles(select, starts.at(-1) ?? 0);
  const question = { cbpe: model.cbpe, rows: { probability, predicted }, starts };
  const answer: readonly Readonly<Record<string, Figure>>[] = await estimateConfidence(question, session.signal);
  return counts.map((count, at) => metrics.map((metric) => buildEstimate(metric, answer[at]?.[metric], count)));
}

const NONE = new Float64Array();

function toNumberOrNull(value: unknown): number | null {
  return value === null ? null : Number(value);
}

function buildNotEstimated(metric: string, sampleSize: number, reason: string | null): EstimatedQuality {
  return { metric, value: null, lower: null, upper: null, sampleSize, reason };
}

function buildEstimate(metric: string, figure: Figure | undefined, sampleSize: number): EstimatedQuality {
  if (figure === undefined) return buildNotEstimated(metric, sampleSize, `${metric} is not estimated`);
  if ('reason' in figure) return buildNotEstimated(metric, sampleSize, figure.reason);
  const { value, error } = figure;
  const shown = (end: number) => (metric === 'rmse' ? Math.sqrt(Math.max(0, end)) : Math.max(0, end));
  const most = CBPE_METRICS.some((one) => one === metric) ? 1 : Number.POSITIVE_INFINITY;
  const ends =
    error === null
      ? { lower: null, upper: null }
      : { lower: shown(value - Z * error), upper: Math.min(most, shown(value + Z * error)) };
  return { metric, value: shown(value), ...ends, sampleSize, reason: null };
}
