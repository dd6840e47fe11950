import { setImmediate } from 'node:timers/promises';
import { createOneAtATime } from '../../platform/concurrency/index.ts';
import { createSeriesTimeInvalid, readSeries, type SeriesRow } from '../../platform/csv/index.ts';
import { handle, type Route } from '../../platform/http/index.ts';
import type { Detection, SeriesPoint } from './detect.ts';
import { computeIncreases, detect } from './detect.ts';
import { type DetectionReport, type DetectionSettings, detectAnomalies } from './schema.ts';
import { parseSeriesTime } from './series-time.ts';

/** Increases at nearly every one of this many points are not by chance. */
const COUNTER_SHARE = 0.95;
const LEAST_FOR_COUNTER = 30;

/** Remarks on irregularities of a series and their handling: one sentence each. */
function buildRemarks(series: readonly SeriesPoint[], { points, method }: Detection, counter: boolean): string[] {
  const steps = series.slice(1).map(({ at }, index) => at - (series[index]?.at ?? at));
  const earlier = steps.filter((step) => step < 0).length;
  const repeated = series.length - new Set(series.map(({ at }) => at)).size;
  const unknown = series.filter(({ value }) => value === null).length;
  const remarks: string[] = [];
  if (unknown > 0) remarks.push(`${describeRows(unknown)} without a value: gaps, not zeros.`);
  if (earlier > 0) remarks.push(`${describeRows(earlier)} earlier than the row before: judged in the order of time.`);
  if (repeated > 0) remarks.push(`${describeRows(repeated)} with the time of another: each is judged.`);
  if (points.every(({ score }) => score === null)) remarks.push(describeTooFew(method));
  if (!counter && looksLikeCounter(series)) remarks.push('The values hardly ever fall: if they are a counter, say so.');
  return remarks;
}

function describeRows(count: number): string {
  return count === 1 ? '1 row' : `${count} rows`;
}

function describeTooFew(method: Detection['method']): string {
  const least = method === 'novelty' ? '150 points' : '28 points';
  return `Nothing is judged: the series is too short, or has too few values. ${least} are learned from first.`;
}

function looksLikeCounter(series: readonly SeriesPoint[]): boolean {
  const values = series.flatMap(({ value }) => (value === null ? [] : [value]));
  if (values.length < LEAST_FOR_COUNTER) return false;
  const rises = values.slice(1).filter((value, index) => value > (values[index] ?? value)).length;
  return rises >= COUNTER_SHARE * (values.length - 1);
}

/** A detection is CPU work, so detections run one after the other. */
export function createAnomalyRoutes(): Route[] {
  const oneAtATime = createOneAtATime();
  return [
    handle(detectAnomalies, async ({ query, stream }) => {
      const points = (await readSeries(stream, query)).map((row) => rowToPoint(row, query));
      return oneAtATime(() => detectSeries(points, query));
    }),
  ];
}

function rowToPoint(row: SeriesRow, settings: DetectionSettings): SeriesPoint {
  const at = parseSeriesTime(row.time);
  if (typeof at === 'string') throw createSeriesTimeInvalid(row, settings, at);
  return { at, value: row.value };
}

async function detectSeries(
  read: readonly SeriesPoint[],
  { counter: counts }: DetectionSettings,
): Promise<DetectionReport> {
  const counter = counts === 'true';
  const detection = await detect(counter ? computeIncreases(read) : read, async () => void (await setImmediate()));
  return {
    points: detection.points.map(({ at, ...point }) => ({ at: formatInstant(at), ...point })),
    episodes: detection.episodes.map(({ startAt, endAt, kind, impact, points, open }) => ({
      start: formatInstant(startAt),
      end: formatInstant(endAt),
      kind,
      impact,
      points,
      open,
    })),
    method: detection.method,
    remarks: buildRemarks(read, detection, counter),
  };
}

function formatInstant(at: number): string {
  return new Date(at).toISOString();
}
