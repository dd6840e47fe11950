import { setImmediate } from 'node:timers/promises';
import { createOneAtATime } from '../../platform/concurrency/index.ts';
import { createSeriesTimeInvalid, readSeries, type SeriesRow } from '../../platform/csv/index.ts';
import { handle, type Route } from '../../platform/http/index.ts';
import { computeIncreases, detect, type SeriesPoint } from './detect.ts';
import { buildRemarks } from './remarks.ts';
import { type DetectionReport, type DetectionSettings, detectAnomalies } from './schema.ts';
import { parseSeriesTime } from './series-time.ts';

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
