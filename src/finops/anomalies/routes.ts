import { setImmediate } from 'node:timers/promises';
import { handle, type Route } from '../../platform/http/index.ts';
import { detect, increases } from './detect.ts';
import { remarksOn } from './remarks.ts';
import { type DetectionReport, type DetectionSettings, detectAnomalies } from './schema.ts';
import { readSeries } from './series-csv.ts';

/** Detections are nothing but work for the processor, so that one waits for the other. */
export function anomalyRoutes(): Route[] {
  let last: Promise<unknown> = Promise.resolve();
  return [
    handle(detectAnomalies, ({ query, stream }) => {
      const report = readSeries(stream, query).then(async (read) => {
        const turn = last.then(() => reportOf(read, query));
        last = turn.catch(() => null); // whoever asked is told; the next begins
        return turn;
      });
      return report;
    }),
  ];
}

async function reportOf(
  read: Awaited<ReturnType<typeof readSeries>>,
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
