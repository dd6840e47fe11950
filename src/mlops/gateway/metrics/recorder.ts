import { randomUUID } from 'node:crypto';
import type { Store } from '../../../platform/store/index.ts';
import type { Log } from '../../../platform/telemetry/index.ts';
import { DAY_MS } from '../../../platform/units/durations.ts';
import type { Clock } from '../../../platform/units/index.ts';
import type { UsedTime } from '../../replicas/index.ts';
import type { Deployment } from '../../serving/index.ts';
import {
  createStageTallies,
  forgetStageTallies,
  type StageKey,
  type StageOutcome,
  saveStageTallies,
} from './stages.ts';
import { forgetTallies, saveTallies } from './store.ts';
import { createTallies, type RequestEnding, type ServedOnce, SPANS, type VariantKey } from './tally.ts';

/** Counts how requests ended, and keeps it. */
export interface MetricRecorder extends AsyncDisposable {
  request(what: VariantKey, ending: RequestEnding, latencyMs: number): void;
  /** Records the service time of an answered request in its replica. */
  served(what: VariantKey, once: ServedOnce): void;
  /** Records the replica time of a request, or of a copy for a shadow. */
  used(what: VariantKey, time: UsedTime, requests: number): void;
  /** Counts a request of a route to one of its variants. */
  stage(key: StageKey, outcome: StageOutcome, tookMs: number): void;
  /** Counts a request to an endpoint without a live revision: there is no version to count it for. */
  unmeasured(endpoint: string): void;
  unmeasuredOf(endpoint: string): number;
  /** Keeps all until now. */
  flush(): Promise<void>;
  start(): void;
}

export interface RecorderDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Deployments that have the traffic on this server now. */
  readonly active: () => readonly Deployment[];
}

/** Flush interval: a crash loses at most this much. */
const FLUSH_MS = 10_000;
const MOST_SAMPLED_MS = 60_000;
const FORGET_MS = 3_600_000;
/** Retention of spans. */
const KEPT_MS = { minute: 8 * DAY_MS, hour: 400 * DAY_MS } as const;
const ROWS_A_TRANSACTION = 200;

export function createMetricRecorder({ store, clock, log, active }: RecorderDeps): MetricRecorder {
  // Each process writes separate rows, so that counts of processes are not mixed.
  const server = randomUUID();
  const tallies = createTallies();
  const stages = createStageTallies();
  const unmeasured = new Map<string, number>();
  let sampledAt = clock.now();
  let forgottenAt = Number.NEGATIVE_INFINITY;
  let flushing = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  /** Extends the current number of ready replicas back to the previous sample. */
  function sample(now: number): void {
    // After a change of the system clock, the elapsed time is unknown; limit it.
    const within = { start: Math.max(sampledAt, now - MOST_SAMPLED_MS), end: now };
    for (const { revision, variants } of active()) {
      for (const { name, variant, version, set } of variants) {
        const what = { endpoint: revision.endpoint, variant: name, model: variant.model, version };
        tallies.replicas(what, set.state().ready, within);
      }
    }
    sampledAt = now;
  }

  async function write(): Promise<void> {
    const now = clock.now();
    sample(now);
    const changed = tallies.changed(now);
    const changedStages = stages.changed(now);
    try {
      for (let at = 0; at < changed.length; at += ROWS_A_TRANSACTION) {
        const part = changed.slice(at, at + ROWS_A_TRANSACTION);
        await store.append((sql) => saveTallies(sql, server, part));
      }
      if (changedStages.length > 0) await store.append((sql) => saveStageTallies(sql, server, changedStages));
    } catch (error) {
      tallies.again(changed);
      stages.again(changedStages);
      throw error;
    }
    if (performance.now() - forgottenAt < FORGET_MS) return;
    forgottenAt = performance.now();
    for (const span of ['minute', 'hour'] as const) {
      await store.append(async (sql) => {
        await forgetTallies(sql, SPANS[span], now - KEPT_MS[span]);
        await forgetStageTallies(sql, SPANS[span], now - KEPT_MS[span]);
      });
    }
  }

  /** Flushes run one after another: an older count must not overwrite a newer one. */
  function flush(): Promise<void> {
    const written = flushing.then(write);
    flushing = written.catch((error: unknown) =>
      log.error({ err: error }, 'cannot store metrics of endpoints; retry follows'),
    );
    return written;
  }

  return {
    request: (what, ending, latencyMs) => tallies.request(what, ending, latencyMs, clock.now()),
    served: (what, once) => tallies.served(what, once, clock.now()),
    used: (what, time, requests) => tallies.used(what, time, requests, clock.now()),
    stage: (key, outcome, tookMs) => stages.add(key, outcome, tookMs, clock.now()),
    unmeasured: (endpoint) => void unmeasured.set(endpoint, (unmeasured.get(endpoint) ?? 0) + 1),
    unmeasuredOf: (endpoint) => unmeasured.get(endpoint) ?? 0,
    flush,
    start() {
      timer = setInterval(() => void flush().catch(() => undefined), FLUSH_MS).unref();
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await flush().catch(() => undefined);
    },
  };
}
