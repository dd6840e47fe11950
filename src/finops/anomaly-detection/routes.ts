import { setImmediate } from 'node:timers/promises';
import { createOneAtATime } from '../../platform/concurrency/index.ts';
import { readSeries, type SeriesRow, seriesTimeInvalid } from '../../platform/csv/index.ts';
import { handle, type Route } from '../../platform/http/index.ts';
import { detect, increases, type SeriesPoint } from './detect.ts';
import { remarksOn } from './remarks.ts';
import { type DetectionReport, type DetectionSettings, detectAnomalies } from './schema.ts';
import { seriesTime } from './series-time.ts';

/** A detection is CPU work, so detections run one after the other. */
export function anomalyRoutes(): Route[] {
  const oneAtATime = createOneAtATime();
  return [
    handle(detectAnomalies, async ({ query, stream }) => {
      const points = (await readSeries(stream, query)).map((row) => pointOf(row, query));
      return oneAtATime(() => reportOf(points, query));
    }),
  ];
}

function pointOf(row: SeriesRow, settings: DetectionSettings): SeriesPoint {
  const at = seriesTime(row.time);
  if (typeof at === 'string') throw seriesTimeInvalid(row, settings, at);
  return { at, value: row.value };
}

async function reportOf(
  read: readonly SeriesPoint[],
  { counter: counts }: DetectionSettings,
): Promise<DetectionReport> {
  const counter = counts === 'true';
  const detection = await detect(counter ? increases(read) : read, async () => void (await setImmediate()));
  return {
    points: detection.points.map(({ at, ...point }) => ({ at: instant(at), ...point })),
    episodes: detection.episodes.map(({ startAt, endAt, kind, impact, points, open }) => ({
      start: instant(startAt),
      end: instant(endAt),
      kind,
      impact,
      points,
      open,
    })),
    method: detection.method,
    remarks: remarksOn(read, detection, counter),
  };
}

function instant(at: number): string {
  return new Date(at).toISOString();
}
