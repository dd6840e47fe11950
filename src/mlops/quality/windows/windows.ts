import type { LakeRow } from '../../../platform/lake/index.ts';
import type { Period } from '../../../platform/units/index.ts';
import { listScores, type Score } from '../../monitors/index.ts';
import type {
  EstimatedQuality,
  Estimation,
  MeasuredQuality,
  MonitorSpec,
  MonitorWindow,
  ShownQuality,
} from '../../monitors/schema.ts';
import type { Selection } from '../../predictions/index.ts';
import { estimateWindows } from '../estimates/estimate-windows.ts';
import { meanInterval, wilsonInterval } from './intervals.ts';
import { type ScoredRows, scoreRows, type Tables } from './scored-rows.ts';
import { type Cut, placedSql, windowsSql } from './windows-sql.ts';

export type { Tables } from './scored-rows.ts';

export interface WindowQuery extends Cut {
  readonly spec: MonitorSpec;
  readonly selection: Selection;
}

export interface ShownCut {
  readonly windows: MonitorWindow[];
  readonly estimation: Estimation | null;
  readonly unmatchedLabels: number;
  /** Values that the cut is sliced by, also those that are not shown; null: it is not. */
  readonly sliceValues: number | null;
}

/** Computes one cut of a monitor. The engine does all sums where the rows are; only the columns that estimates need leave it. */
export async function readWindows(tables: Tables, { spec, selection, ...cut }: WindowQuery): Promise<ShownCut> {
  const withInputs = cut.slice !== undefined;
  return scoreRows(tables, { spec, selection, withInputs }, (rows) => showCut(rows, { ...cut, spec, selection }));
}

/** Computes one cut of scored predictions. */
export async function showCut(rows: ScoredRows, watching: WindowQuery): Promise<ShownCut> {
  const { session, relation, facts } = rows;
  const { by, slice, mostValues, from, spec } = watching;
  const scores = spec.quality === undefined ? [] : listScores(spec.quality);
  const cut = { by, from, mostValues, relation, slice: slice === undefined ? null : rows.sliceSql(slice) };
  await session.query(`CREATE OR REPLACE TEMP TABLE ${WINDOWS} AS ${windowsSql(cut, scores)}`);
  const windows = await session.query(`FROM ${WINDOWS} ORDER BY place`);
  const { estimation, model, unmatchedLabels } = facts;
  const metrics = scores.map(({ metric }) => metric);
  const estimates =
    estimation === null
      ? []
      : await estimateWindows(session, { estimation, model }, { windows, rows: placedSql(cut, WINDOWS), metrics });
  return {
    windows: windows.map((row, at) => toMonitorWindow(row, { watching, scores, estimates: estimates[at] ?? [] })),
    estimation,
    unmatchedLabels,
    sliceValues: slice === undefined ? null : Number(windows[0]?.sliceValues ?? 0),
  };
}

const WINDOWS = 'monitor_windows';

interface WindowContext {
  readonly watching: WindowQuery;
  readonly scores: readonly Score[];
  readonly estimates: readonly EstimatedQuality[];
}

function toMonitorWindow(
  row: LakeRow,
  { watching: { by, spec, selection }, scores, estimates }: WindowContext,
): MonitorWindow {
  const period = by === 'all' ? null : { start: String(row.start), end: String(row.until) };
  const [predictions, labelled] = [Number(row.predictions), Number(row.labelled)];
  const measured = scores[0] === undefined ? 0 : Math.max(...scores.map((_, index) => Number(row[`n${index}`])));
  const completeness = predictions === 0 ? 0 : labelled / predictions;
  const quality = scores.map((score, index) => toMeasuredQuality(score, row, index));
  const [p50, p95, p99] = [row.latency0, row.latency1, row.latency2];
  return {
    period,
    slice: row.slice === null ? null : String(row.slice),
    predictions,
    labelled,
    completeness,
    unmeasured: scores.length === 0 ? 0 : labelled - measured,
    latencyMs: p50 === null ? null : { p50: Number(p50), p95: Number(p95), p99: Number(p99) },
    quality,
    estimates: [...estimates],
    shown: selectQualityFigures(quality, estimates, { completeness, until: spec.estimate?.until ?? 1 }),
    inReference: isOverlapping(spec.estimate?.reference, period ?? selection),
  };
}

function toMeasuredQuality({ metric, of }: Score, row: LakeRow, index: number): MeasuredQuality {
  const sampleSize = Number(row[`n${index}`]);
  if (sampleSize === 0) return { metric, value: null, lower: null, upper: null, sampleSize };
  const [mean, sd] = [Number(row[`mean${index}`]), row[`sd${index}`] === null ? null : Number(row[`sd${index}`])];
  const interval =
    of === 'share' || of === 'f1' ? wilsonInterval(mean, sampleSize) : meanInterval(mean, sd, sampleSize);
  const shown = SHOWN[of];
  const ends = interval === null ? [null, null] : [shown(interval.lower), shown(interval.upper)];
  return { metric, value: shown(mean), lower: ends[0] ?? null, upper: ends[1] ?? null, sampleSize };
}

/** The measure by the mean of its scores. */
const SHOWN: Readonly<Record<Score['of'], (mean: number) => number>> = {
  share: (mean) => mean,
  mean: (mean) => mean,
  rootMean: (mean) => Math.sqrt(Math.max(0, mean)),
  f1: (share) => (2 * share) / (1 + share),
  auc: (mean) => Math.min(1, Math.max(0, mean)),
};

/** null bounds: since ever, until now. Both half-open. */
function isOverlapping(reference: Period | undefined, { start, end }: Pick<Selection, 'start' | 'end'>): boolean {
  if (reference === undefined) return false;
  const from = start === undefined ? Number.NEGATIVE_INFINITY : Date.parse(start);
  const until = end === undefined ? Number.POSITIVE_INFINITY : Date.parse(end);
  return from < Date.parse(reference.end) && until > Date.parse(reference.start);
}

/**
 * The figure to show for each metric: the measured one where at least `until` (0 to 1) of the window is labelled, else the
 * estimate. Where the preferred figure has no value, the other one is shown. Estimates are matched by name.
 * Example: 10 % labelled, `until` 0.5, accuracy measured 0.9 and estimated 0.8 -> 0.8, estimated.
 */
function selectQualityFigures(
  quality: readonly MeasuredQuality[],
  estimates: readonly EstimatedQuality[],
  { completeness, until }: { readonly completeness: number; readonly until: number },
): ShownQuality[] {
  return quality.map((measured) => {
    const estimate = estimates.find(({ metric }) => metric === measured.metric);
    if (estimate === undefined || estimate.value === null) return { ...measured, estimated: false };
    if (measured.value !== null && completeness >= until) return { ...measured, estimated: false };
    const { reason: _, ...figures } = estimate;
    return { ...figures, estimated: true };
  });
}
