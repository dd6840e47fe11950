import { setTimeout as pause } from 'node:timers/promises';
import type { Store } from '../store/index.ts';
import type { Log, Telemetry } from '../telemetry/index.ts';
import type { Clock } from '../units/index.ts';
import type { JobKind } from './jobs.ts';
import { type ClaimedJob, type HeldJob, markFailed, release, removeDone, renewLeases, returnToQueue } from './store.ts';

/** Duration of a lease; the jobs of a dead server wait for its expiry. Running jobs renew their lease every third of this time. */
export const LEASE_MS = 30_000;
const DEFAULT_MAX_ATTEMPTS = 5;
const FIRST_PAUSE_MS = 5_000;
/** Maximum back-off: after an outage of an hour a job does not wait another hour. */
const LONGEST_PAUSE_MS = 5 * 60_000;
/** Grace period of a stopping server for jobs that ignore their abort signal. They run again after a restart, or on another server. */
const GRACE_MS = 3_000;
/** Maximum characters of a stored error. The log has the stack. */
const LONGEST_ERROR = 2_000;

export interface RunnerDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly telemetry: Telemetry;
  readonly owner: string;
  readonly kinds: ReadonlyMap<string, JobKind>;
  /** Called whenever a slot becomes free. */
  readonly ended: () => void;
}

export interface Runner {
  running(): number;
  /** Begins a job that was claimed; its end is stored in the background. */
  run(job: ClaimedJob): void;
  /** Renews expired leases of this process (after a stall, for instance), so that it does not claim its own jobs twice. */
  keepLeases(): Promise<void>;
  /** Waits until one of the running jobs has ended; false when none was running. */
  finished(): Promise<boolean>;
  /** Aborts running jobs, waits for them and releases them. */
  stop(): Promise<void>;
}

interface Running {
  readonly id: string;
  readonly controller: AbortController;
  readonly ended: Promise<void>;
  leaseEnd: number;
}

/** Milliseconds until the next try after `attempts` failed ones: 5 s, 10 s, 20 s, … up to 5 minutes. */
export function pauseMs(attempts: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempts - 1));
}

export function createRunner(deps: RunnerDeps): Runner {
  const { store, clock, owner } = deps;
  const running = new Set<Running>();
  const finish = createFinish(deps);
  let renewal: NodeJS.Timeout | undefined;
  let stopping = false;

  async function runToEnd(job: ClaimedJob, definition: JobKind, signal: AbortSignal): Promise<void> {
    try {
      await attempt(job, definition, signal);
    } catch (error) {
      // The lease expires and the job is retried.
      deps.log.error({ err: error, kind: job.kind, job: job.id }, 'the result of a job could not be stored');
    }
  }

  async function attempt(job: ClaimedJob, definition: JobKind, signal: AbortSignal): Promise<void> {
    const maxAttempts = definition.maxAttempts ?? DEFAULT_MAX_ATTEMPTS;
    if (job.attempts > maxAttempts) {
      return finish.failed(job, new Error(`the server ended during each of ${maxAttempts} attempts`));
    }
    try {
      await definition.handler(JSON.parse(job.payload) as unknown, { signal, attempt: job.attempts });
    } catch (error) {
      if (signal.aborted) return stopping ? finish.released(job) : undefined;
      return job.attempts >= maxAttempts ? finish.failed(job, error) : finish.retried(job, error);
    }
    return finish.done(job);
  }

  async function renew(): Promise<void> {
    const leaseEnd = clock.now() + LEASE_MS;
    const asked = [...running];
    const ids = asked.map((entry) => entry.id);
    const kept = await renewLeases(store, owner, ids, new Date(leaseEnd).toISOString()).catch((error: unknown) => {
      deps.log.warn({ err: error }, 'leases of running jobs could not be renewed');
      return null;
    });
    for (const entry of asked) {
      if (kept?.has(entry.id)) entry.leaseEnd = leaseEnd;
      else if (running.has(entry) && (kept !== null || entry.leaseEnd <= clock.now())) {
        entry.controller.abort(new Error('another server has the lease of this job'));
      }
    }
  }

  return {
    running: () => running.size,
    run(job) {
      const definition = deps.kinds.get(job.kind);
      if (definition === undefined) throw new Error(`no handler for the job kind ${job.kind}`);
      const controller = new AbortController();
      if (running.size === 0) renewal = setInterval(() => void renew(), LEASE_MS / 3).unref();
      const ended = runToEnd(job, definition, controller.signal).then(() => {
        running.delete(entry);
        if (running.size === 0) clearInterval(renewal);
        deps.ended();
      });
      const entry: Running = { id: job.id, controller, ended, leaseEnd: clock.now() + LEASE_MS };
      running.add(entry);
    },
    async keepLeases() {
      if ([...running].some((entry) => entry.leaseEnd <= clock.now())) await renew();
    },
    async finished() {
      const ends = [...running].map((entry) => entry.ended);
      if (ends.length === 0) return false;
      await Promise.race(ends);
      return true;
    },
    async stop() {
      stopping = true;
      const entries = [...running];
      for (const entry of entries) entry.controller.abort(new Error('the server is stopping'));
      const grace = new AbortController();
      const late = pause(GRACE_MS, undefined, { signal: grace.signal }).catch(() => undefined);
      await Promise.race([Promise.all(entries.map((entry) => entry.ended)), late]);
      grace.abort();
      clearInterval(renewal);
      if (running.size > 0) deps.log.warn({ jobs: [...running].map((entry) => entry.id) }, 'jobs did not stop in time');
    },
  };
}

interface Finish {
  done(job: ClaimedJob): Promise<void>;
  retried(job: ClaimedJob, error: unknown): Promise<void>;
  failed(job: ClaimedJob, error: unknown): Promise<void>;
  released(job: ClaimedJob): Promise<void>;
}

/** Stores how a try ended, and tells. */
function createFinish(deps: RunnerDeps): Finish {
  const { store, clock, owner, log, telemetry } = deps;
  const held = (job: ClaimedJob): HeldJob => ({ id: job.id, owner, attempts: job.attempts });
  const facts = (job: ClaimedJob, error: unknown) => ({
    err: error,
    kind: job.kind,
    job: job.id,
    attempt: job.attempts,
  });
  const text = (error: unknown) => String(error).slice(0, LONGEST_ERROR);
  const iso = (instant: number) => new Date(instant).toISOString();
  return {
    async done(job) {
      await removeDone(store, held(job));
      telemetry.jobs.inc({ kind: job.kind, outcome: 'done' });
    },
    async retried(job, error) {
      await returnToQueue(store, held(job), iso(clock.now() + pauseMs(job.attempts)), text(error));
      telemetry.jobs.inc({ kind: job.kind, outcome: 'retried' });
      log.warn(facts(job, error), 'job failed, will retry');
    },
    async failed(job, error) {
      await markFailed(store, held(job), iso(clock.now()), text(error));
      telemetry.jobs.inc({ kind: job.kind, outcome: 'failed' });
      log.error(facts(job, error), 'job failed in its last attempt');
    },
    released: (job) => release(store, held(job)),
  };
}
