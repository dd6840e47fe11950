import { HOUR_MS, MINUTE_MS } from '../../../platform/units/durations.ts';
import type { DriftWatch, WatchedWindow } from '../../monitors/schema.ts';
import { buildAfterSql, buildUpToSql, EXACT_AT, type Place, type Predictions } from './selection.ts';
import type { ReachedWindow } from './store.ts';

/** The predictions of a window, before it is known which version they are of. */
export interface WindowBounds {
  readonly period: { readonly start: string; readonly end: string };
  /** Filter on the lake's rows, `[start, end)`. */
  readonly selection: { readonly start: string; readonly end: string };
  /** SQL condition in addition to the selection. */
  readonly condition: string;
  readonly last: Place;
}

export interface NextWindow {
  readonly drift: DriftWatch;
  readonly reached: ReachedWindow | null;
  readonly now: number;
}

/** The next window that is complete; null while there is none. Stretches of time without predictions are passed over. */
export async function findNextWindow(predictions: Predictions, next: NextWindow): Promise<WindowBounds | null> {
  const { window } = next.drift;
  return 'hours' in window
    ? findWindowByTime(predictions, next, window.hours * HOUR_MS)
    : findWindowByCount(predictions, next, window);
}

/** Only predictions before this instant can be part of a window, because more predictions of later times can still arrive. */
function computeHorizon({ drift, now }: NextWindow): number {
  return now - drift.waitMinutes * MINUTE_MS;
}

/** Earliest start of a window: after the last window, or after the predictions of the reference. */
function computeEarliestStart({ drift: { reference }, reached }: NextWindow): string | undefined {
  if (reached !== null) return reached.endAt;
  return 'end' in reference ? reference.end : undefined;
}

async function findWindowByTime(
  predictions: Predictions,
  next: NextWindow,
  lengthMs: number,
): Promise<WindowBounds | null> {
  const floor = (instant: number) => Math.floor(instant / lengthMs) * lengthMs;
  const horizon = floor(computeHorizon(next));
  const begin = computeEarliestStart(next);
  if (begin !== undefined && Date.parse(begin) >= horizon) return null;
  const selection = { modelVersion: next.drift.modelVersion, start: begin, end: formatInstant(horizon) };
  const [row] = await predictions.session.query(
    `WITH ${predictions.with(selection)} SELECT strftime(min(predictedAt), '%Y-%m-%dT%H:%M:%S.%gZ') AS first FROM labelled`,
  );
  if (row === undefined || row.first === null) return null;
  const start = floor(Date.parse(String(row.first)));
  const period = {
    start: begin === undefined ? formatInstant(start) : selectLatest(begin, formatInstant(start)),
    end: formatInstant(start + lengthMs),
  };
  // Windows by time continue from their ends, independent of their last prediction.
  return { period, selection: period, condition: 'true', last: { at: period.end, prediction: '' } };
}

async function findWindowByCount(
  predictions: Predictions,
  next: NextWindow,
  { predictions: size }: Extract<WatchedWindow, { predictions: number }>,
): Promise<WindowBounds | null> {
  const { reached } = next;
  const after = reached === null ? null : { at: reached.lastAt, prediction: reached.lastPrediction };
  const [start, end] = [after?.at ?? computeEarliestStart(next), formatInstant(computeHorizon(next))];
  if (start !== undefined && Date.parse(start) > Date.parse(end)) return null;
  const condition = after === null ? 'true' : buildAfterSql(after);
  const [row] = await predictions.session.query(
    `WITH ${predictions.with({ modelVersion: next.drift.modelVersion, start, end })},
      taken AS (SELECT predictedAt, prediction FROM labelled WHERE ${condition} ORDER BY predictedAt, prediction LIMIT ${size})
    SELECT count(*)::DOUBLE AS rows, min(moment) AS first, max(moment) AS last,
      last(prediction ORDER BY moment, prediction) AS prediction
    FROM (SELECT ${EXACT_AT} AS moment, prediction FROM taken)`,
  );
  if (row === undefined || Number(row.rows) < size) return null;
  const last = { at: String(row.last), prediction: String(row.prediction) };
  const first = String(row.first);
  return {
    period: { start: formatInstant(Date.parse(first)), end: formatInstant(Date.parse(last.at) + 1) },
    selection: { start: first, end: formatInstant(Date.parse(last.at) + 1) },
    condition: `${condition} AND ${buildUpToSql(last)}`,
    last,
  };
}

function formatInstant(instant: number): string {
  return new Date(instant).toISOString();
}

function selectLatest(one: string, other: string): string {
  return Date.parse(one) > Date.parse(other) ? formatInstant(Date.parse(one)) : other;
}
