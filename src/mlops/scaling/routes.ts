import { setImmediate } from 'node:timers/promises';
import { createOneAtATime } from '../../platform/concurrency/index.ts';
import { handle, type Route } from '../../platform/http/index.ts';
import { replayReport } from './report.ts';
import { replayScaling } from './schema.ts';
import { readTrace } from './trace-csv.ts';

/** A replay is CPU work, so replays run one after the other, and yield to other requests. */
export function scalingRoutes(): Route[] {
  const oneAtATime = createOneAtATime();
  return [
    handle(replayScaling, async ({ query, stream }) => {
      const { timeColumn = null, serviceColumn, serviceSeconds } = query;
      const trace = await readTrace(stream, {
        timeColumn,
        service: selectServiceFormat(serviceColumn, serviceSeconds),
      });
      return oneAtATime(() => replayReport(trace, query, async () => void (await setImmediate())));
    }),
  ];
}

function selectServiceFormat(column: string | undefined, seconds: number | undefined) {
  if (column !== undefined) return { by: 'column', column } as const;
  return seconds === undefined ? ({ by: 'tokens' } as const) : ({ by: 'constant', seconds } as const);
}
