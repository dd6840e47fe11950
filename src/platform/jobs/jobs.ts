import type { Sql } from '../store/index.ts';

export interface NewJob {
  readonly kind: string;
  /** JSON value, parsed by the schema of the handler. */
  readonly payload: unknown;
  /** UTC instant before which it does not start; default: now. */
  readonly runAt?: string;
  /** While a job with this key waits or runs, enqueueing another does nothing. */
  readonly uniqueKey?: string;
}

export interface JobContext {
  /** Aborted when the lease is lost or the server stops. */
  readonly signal: AbortSignal;
  /** 1 on the first try. */
  readonly attempt: number;
}

export type JobHandler = (payload: unknown, context: JobContext) => Promise<void>;

export interface JobKind {
  readonly handler: JobHandler;
  /** Tries before the job counts as failed; default 5. */
  readonly maxAttempts?: number;
}

/** Background work that survives a restart: leases in the store, retries with growing pauses, cron schedules. */
export interface Jobs extends AsyncDisposable {
  register(kind: string, definition: JobKind): void;
  /** Enqueues in the caller's transaction. */
  enqueue(sql: Sql, job: NewJob): Promise<void>;
  /**
   * Enqueues `job` at every time of a cron pattern (UTC; five fields, or six with seconds first), once over all servers
   * of one store. A time is left out while the job of the time before waits or runs; of times that passed while no
   * server ran, one is made up for.
   */
  schedule(name: string, cron: string, job: Omit<NewJob, 'runAt' | 'uniqueKey'>): void;
  start(): void;
  /** Starts no job of these kinds on this server until the answer is disposed; running ones continue. */
  hold(kinds: readonly string[]): Disposable;
  /** Resolves when no job is due or running here; runs the jobs itself when the queue has not been started. */
  drain(): Promise<void>;
}
