import { createLoop } from '../../platform/loop/index.ts';
import type { Store } from '../../platform/store/index.ts';
import type { Log } from '../../platform/telemetry/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import { listRunsWithMovingMetrics, settleMetrics } from './metric-store.ts';

/**
 * After this time without new metrics, a run is found by the index of values; until then searches read it separately.
 */
const QUIET_MS = 5_000;
const LONGEST_REST_MS = 60_000;

export interface MetricRestDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Writing to an index by value at every step of every training would cost more than all else that logging does. So the
 * latest metrics of a run enter it when the run has been quiet; searches read both, and answer the same at any time.
 */
export interface MetricRest extends AsyncDisposable {
  /** The run has logged metrics. */
  logged(runId: string): void;
  start(): void;
  /** Lets the metrics of all quiet runs enter the index, now. */
  settle(): Promise<void>;
}

export function createMetricRest({ store, clock, log }: MetricRestDeps): MetricRest {
  const loggedAt = new Map<string, number>();
  const loop = createLoop({
    async look() {
      const since = clock.now() - QUIET_MS;
      for (const [runId, at] of loggedAt) if (at <= since) loggedAt.delete(runId);
      const moving = await listRunsWithMovingMetrics(store);
      await settleMetrics(
        store,
        moving.filter((runId) => !loggedAt.has(runId)),
      );
      return loggedAt.size > 0 ? QUIET_MS : null;
    },
    failed: (error) => log.error({ err: error }, 'cannot update the index of metrics'),
    longestRestMs: LONGEST_REST_MS,
  });
  return {
    logged(runId) {
      const wasQuiet = loggedAt.size === 0;
      loggedAt.set(runId, clock.now());
      if (wasQuiet) loop.wake();
    },
    start: () => loop.start(),
    settle: () => loop.settle(),
    [Symbol.asyncDispose]: () => loop.stop(),
  };
}
