import type { Sql, Store } from '../store/index.ts';
import type { Clock } from '../units/index.ts';
import { type CronPattern, parseCron } from './cron.ts';
import type { NewJob } from './jobs.ts';
import { claimSchedule, putSchedule, readSchedules } from './store.ts';

export interface SchedulerDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly enqueue: (sql: Sql, job: NewJob) => Promise<void>;
}

export interface Scheduler {
  add(name: string, cron: string, job: Omit<NewJob, 'runAt' | 'uniqueKey'>): void;
  /** Enqueues what the calendar asks for and says when it asks again, ISO; null when it never does. */
  enqueueDue(): Promise<string | null>;
}

interface Schedule {
  readonly cron: string;
  readonly pattern: CronPattern;
  readonly job: Omit<NewJob, 'runAt' | 'uniqueKey'>;
  stored: boolean;
}

/** A pattern that has no time left waits here: later than any clock. */
const NEVER = '9999-12-31T23:59:59.999Z';

export function createScheduler(deps: SchedulerDeps): Scheduler {
  const { store, clock } = deps;
  const schedules = new Map<string, Schedule>();

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

  return {
    add(name, cron, job) {
      if (schedules.has(name)) throw new Error(`the schedule ${name} is added twice`);
      schedules.set(name, { cron, pattern: parseCron(cron), job, stored: false });
    },
    async enqueueDue() {
      for (const [name, schedule] of schedules) {
        if (!schedule.stored) await putSchedule(store, name, schedule.cron, nextAfter(schedule, clock.now()));
        schedule.stored = true;
      }
      const names = [...schedules.keys()];
      const now = new Date(clock.now()).toISOString();
      for (const { name, next_at } of await readSchedules(store, names)) {
        const schedule = schedules.get(name);
        if (schedule !== undefined && next_at <= now) await enqueueAt(name, schedule, next_at);
      }
      const times = (await readSchedules(store, names)).map((row) => row.next_at).filter((time) => time !== NEVER);
      return times.toSorted()[0] ?? null;
    },
  };
}
