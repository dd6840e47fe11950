import { pino } from 'pino';
import type { Store } from '../store/index.ts';
import { createTelemetry } from '../telemetry/index.ts';
import { createJobs, type JobHandler, type NewJob } from './index.ts';

export interface Tables {
  job: { kind: string; state: string; attempts: number; error: string | null; leased_by: string | null };
}

export function testClock(start = '2026-11-01T00:00:00Z') {
  let instant = Date.parse(start);
  return {
    now: () => instant,
    forward(ms: number) {
      instant += ms;
    },
  };
}

export function jobsOn(store: Store, clock = testClock(), concurrency = 4) {
  const telemetry = createTelemetry();
  const jobs = createJobs({ store, clock, log: pino({ level: 'silent' }), telemetry, concurrency });
  const add = (job: Partial<NewJob>) =>
    store.transaction((sql) => jobs.enqueue(sql, { kind: 'k', payload: 0, ...job }));
  return { jobs, clock, telemetry, add };
}

export const rows = (store: Store) =>
  store.tables<Tables>().selectFrom('job').select(['kind', 'state', 'attempts', 'error']).execute();

/** A handler that reports its start and then waits for `open`. */
export function gatedHandler() {
  const begun = Promise.withResolvers<AbortSignal>();
  const gate = Promise.withResolvers<void>();
  const handler: JobHandler = async (_payload, { signal }) => {
    begun.resolve(signal);
    await gate.promise;
  };
  return { handler, begun: begun.promise, open: gate.resolve };
}
