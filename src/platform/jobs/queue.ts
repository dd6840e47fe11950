import { randomUUID } from 'node:crypto';
import { createLoop, type Rest } from '../loop/index.ts';
import { chooseLongestRestMs, leaseOwner, type Sql, type Store } from '../store/index.ts';
import type { Log, Telemetry } from '../telemetry/index.ts';
import type { Clock } from '../units/index.ts';
import type { JobKind, Jobs, NewJob } from './jobs.ts';
import { createRunner, LEASE_MS } from './runner.ts';
import { createScheduler } from './scheduler.ts';
import { claimJobs, findNextDue, insertJob, releaseAll, removeFailed } from './store.ts';

export interface JobsDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly telemetry: Telemetry;
  /** Jobs that run at the same time in this server; default 4. */
  readonly concurrency?: number;
}

const DEFAULT_CONCURRENCY = 4;
/** Retention of failed jobs, for inspection. */
const KEEP_FAILED_MS = 30 * 24 * 3600 * 1000;

/** The queue in the store. See {@link Jobs}. */
export function createJobs(deps: JobsDeps): Jobs {
  const { store, clock, log } = deps;
  const owner = leaseOwner(store.engine);
  const concurrency = deps.concurrency ?? DEFAULT_CONCURRENCY;
  const kinds = new Map<string, JobKind>();
  const holds = new Set<ReadonlySet<string>>();
  const iso = (instant: number) => new Date(instant).toISOString();
  const nextId = createIds();
  let fresh = true;
  let stopping = false;

  const runner = createRunner({ ...deps, owner, kinds, ended: () => loop.wake() });
  const scheduler = createScheduler({ store, clock, enqueue });
  const loop = createLoop({
    look,
    failed: (error) => log.error({ err: error }, 'jobs could not be leased, will retry'),
    longestRestMs: chooseLongestRestMs(store.engine),
  });

  async function enqueue(sql: Sql, job: NewJob): Promise<void> {
    const now = clock.now();
    await insertJob(sql, {
      id: nextId(now),
      kind: job.kind,
      payload: JSON.stringify(job.payload ?? null),
      dueAt: iso(job.runAt === undefined ? now : Date.parse(job.runAt)),
      uniqueKey: job.uniqueKey ?? null,
      createdAt: iso(now),
    });
    sql.afterCommit(() => loop.wake());
  }

  /** Once, before the first lease: recovers jobs of a crashed server. */
  async function cleanUp(): Promise<void> {
    const now = clock.now();
    await releaseAll(store, { owner, kinds: [...kinds.keys()] });
    await removeFailed(store, iso(now - KEEP_FAILED_MS));
    fresh = false;
  }

  async function look(): Promise<Rest> {
    if (fresh) await cleanUp();
    const nextSchedule = await scheduler.enqueueDue();
    const wanted = [...kinds.keys()].filter((kind) => ![...holds].some((held) => held.has(kind)));
    if (wanted.length === 0 || stopping) return computeRest([nextSchedule], clock.now());
    await runner.keepLeases();
    const free = concurrency - runner.running();
    if (free > 0) {
      const now = clock.now();
      const claim = { kinds: wanted, owner, now: iso(now), leaseEnd: iso(now + LEASE_MS), limit: free };
      for (const job of await claimJobs(store, claim)) runner.run(job);
    }
    // With all slots in use, the end of a job wakes the loop; schedules continue in the meantime.
    const nextJob = runner.running() < concurrency ? await findNextDue(store, wanted) : null;
    return computeRest([nextSchedule, nextJob], clock.now());
  }

  return {
    register(kind, definition) {
      if (kinds.has(kind)) throw new Error(`the job kind ${kind} is registered twice`);
      kinds.set(kind, definition);
    },
    enqueue,
    schedule: scheduler.add,
    start: () => loop.start(),
    hold(held) {
      const hold = new Set(held);
      holds.add(hold);
      return {
        [Symbol.dispose]: () => {
          if (holds.delete(hold)) loop.wake();
        },
      };
    },
    async drain() {
      do {
        await loop.settle();
      } while (await runner.finished());
    },
    async [Symbol.asyncDispose]() {
      stopping = true;
      await loop.stop();
      await runner.stop();
    },
  };
}

function computeRest(times: readonly (string | null)[], now: number): Rest {
  const known = times.filter((time) => time !== null).map((time) => Date.parse(time));
  return known.length === 0 ? null : Math.max(0, Math.min(...known) - now);
}

/** Ids that sort by time of creation, so that jobs of one millisecond keep their order. */
function createIds(): (now: number) => string {
  let count = 0;
  return (now) => {
    count += 1;
    return `${now.toString(36).padStart(9, '0')}-${count.toString(36).padStart(7, '0')}-${randomUUID().slice(0, 8)}`;
  };
}
