import type { Sql, Store } from '../store/index.ts';
import type { Clock } from '../units/index.ts';
import { type CronPattern, parseCron } from './cron.ts';
import type { NewJob } from './jobs.ts';
import { claimSchedule, putSchedules, readSchedules } from './store.ts';

export interface SchedulerDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly enqueue: (sql: Sql, job: NewJob) => Promise<void>;
}

export interface Scheduler {
  add(name: string, cron: string, job: Omit<NewJob, 'runAt' | 'uniqueKey'>): void;
  /** Enqueues due scheduled jobs and returns the next due instant, ISO; null when there is none. */
  enqueueDue(): Promise<string | null>;
}

interface Schedule {
  readonly cron: string;
  readonly pattern: CronPattern;
  readonly job: Omit<NewJob, 'runAt' | 'uniqueKey'>;
}

/** A pattern that has no time left waits here: later than any clock. */
const NEVER = '9999-12-31T23:59:59.999Z';

export function createScheduler(deps: SchedulerDeps): Scheduler {
  const { store, clock } = deps;
  const schedules = new Map<string, Schedule>();
  let unstored: string[] = [];
  /** The earliest due instant at the last read, ISO. Other servers only move it to later, so no schedule is due before it. */
  let earliest: string | null = null;

  const nextAfter = (schedule: Schedule, instant: number) => {
    const next = schedule.pattern.next(instant);
    return next === null ? NEVER : new Date(next).toISOString();
  };

  async function enqueueAt(name: string, schedule: Schedule, at: string): Promise<void> {
    await store.transaction(async (sql) => {
      // Times missed while no server ran are one time: the next is counted from now.
      const claimed = await claimSchedule(sql, name, at, nextAfter(schedule, clock.now()));
      if (claimed) await deps.enqueue(sql, { ...schedule.job, uniqueKey: `schedule:${name}` });
    });
  }

  async function storeNew(): Promise<void> {
    const added = unstored;
    const rows = added.flatMap((name) => {
      const schedule = schedules.get(name);
      return schedule === undefined ? [] : [{ name, cron: schedule.cron, nextAt: nextAfter(schedule, clock.now()) }];
    });
    await putSchedules(store, rows);
    unstored = unstored.filter((name) => !added.includes(name));
  }

  return {
    add(name, cron, job) {
      if (schedules.has(name)) throw new Error(`the schedule ${name} is added twice`);
      schedules.set(name, { cron, pattern: parseCron(cron), job });
      unstored.push(name);
    },
    async enqueueDue() {
      const now = new Date(clock.now()).toISOString();
      if (unstored.length > 0) await storeNew();
      else if (earliest === null || earliest > now) return earliest;
      const names = [...schedules.keys()];
      for (const { name, next_at } of await readSchedules(store, names)) {
        const schedule = schedules.get(name);
        if (schedule !== undefined && next_at <= now) await enqueueAt(name, schedule, next_at);
      }
      const times = (await readSchedules(store, names)).map((row) => row.next_at).filter((time) => time !== NEVER);
      earliest = times.toSorted()[0] ?? null;
      return earliest;
    },
  };
}
