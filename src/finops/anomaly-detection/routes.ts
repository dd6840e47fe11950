import { setImmediate } from 'node:timers/promises';
import { readSeries, type SeriesRow, seriesTimeInvalid } from '../../platform/csv/index.ts';
import { handle, type Route } from '../../platform/http/index.ts';
import { detect, increases, type SeriesPoint } from './detect.ts';
import { remarksOn } from './remarks.ts';
import { type DetectionReport, type DetectionSettings, detectAnomalies } from './schema.ts';
import { seriesTime } from './series-time.ts';

/** Detections are nothing but work for the processor, so that one waits for the other. */
export function anomalyRoutes(): Route[] {
  let last: Promise<unknown> = Promise.resolve();
  return [
    handle(detectAnomalies, ({ query, stream }) => {
      const report = readSeries(stream, query).then(async (read) => {
        const points = read.map((row) => pointOf(row, query));
        const turn = last.then(() => reportOf(points, query));
        last = turn.catch(() => null); // the caller receives the error; the next request continues
        return turn;
      });
      return report;
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
