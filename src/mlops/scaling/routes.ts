import { setImmediate } from 'node:timers/promises';
import { handle, type Route } from '../../platform/http/index.ts';
import { replayReport } from './report.ts';
import { replayScaling } from './schema.ts';
import { readTrace } from './trace-csv.ts';

/** Replays are nothing but work for the processor, so that one waits for the other. */
export function scalingRoutes(): Route[] {
  let last: Promise<unknown> = Promise.resolve();
  return [
    handle(replayScaling, async ({ query, stream }) => {
      const { timeColumn = null, serviceColumn, serviceSeconds } = query;
      const trace = await readTrace(stream, {
        timeColumn,
        service: selectServiceFormat(serviceColumn, serviceSeconds),
      });
      const report = last.then(() => replayReport(trace, query, async () => void (await setImmediate())));
      last = report.catch(() => null); // the caller of this replay gets the error; the next replay starts regardless
      return report;
    }),
  ];
}

function selectServiceFormat(column: string | undefined, seconds: number | undefined) {
  if (column !== undefined) return { by: 'column', column } as const;
  return seconds === undefined ? ({ by: 'tokens' } as const) : ({ by: 'constant', seconds } as const);
}
