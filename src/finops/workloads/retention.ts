import type { Jobs } from '../../platform/jobs/index.ts';
import type { Lake, LakeTable } from '../../platform/lake/index.ts';
import type { Store } from '../../platform/store/index.ts';
import { DAY_MS } from '../../platform/units/durations.ts';
import type { Clock } from '../../platform/units/index.ts';
import { CONTAINER_HOUR, findPartitionEnd, isOver, NODE_HOUR, parsePartition } from './tables.ts';
import { listColumnTypes } from './write-hours.ts';

export interface ContainerRetentionDeps {
  readonly store: Store;
  readonly lake: Lake;
  readonly clock: Clock;
  /** Number of days for which hours are kept after their day. */
  readonly days: number;
  /** Serializes the work that writes hours. */
  readonly oneAtATime: <T>(work: () => Promise<T>) => Promise<T>;
}

const RETAIN_JOB = 'workloads.retain';
const EVERY_10_MINUTES = '8-59/10 * * * *';

/** Compacts the hours of closed days to one file a day, and deletes old days and superseded files. */
export function scheduleContainerRetention(
  deps: ContainerRetentionDeps,
  jobs: Pick<Jobs, 'register' | 'schedule'>,
): void {
  const handler = () => deps.oneAtATime(() => retainContainers(deps));
  jobs.register(RETAIN_JOB, { maxAttempts: 1, handler });
  jobs.schedule(RETAIN_JOB, EVERY_10_MINUTES, { kind: RETAIN_JOB, payload: null });
}

async function retainContainers(deps: ContainerRetentionDeps): Promise<void> {
  for (const table of [CONTAINER_HOUR, NODE_HOUR]) {
    await joinHours(deps, table);
    await removeOld(deps, table);
    await deps.lake.removeSuperseded(deps.store, table);
  }
}

async function joinHours({ store, lake, clock }: ContainerRetentionDeps, table: LakeTable): Promise<void> {
  const now = clock.now();
  const apart = (await lake.partitions(store, table)).filter(
    (name) => parsePartition(name).hour !== null && isOver(name, now),
  );
  for (const [day, hours] of Map.groupBy(apart, (name) => name.slice(0, name.lastIndexOf(' ')))) {
    const isPart = new Set([day, ...hours]);
    const files = (await lake.files(store, table)).filter(({ partition }) => isPart.has(partition));
    const columns = listColumnTypes(table);
    const select = `SELECT ${columns} FROM ${lake.stagedRelation(table, files)} ORDER BY ALL`;
    const whole = await lake.session((session) => session.stage(table, day, select));
    try {
      await store.transaction(async (sql) => {
        const current = new Set((await lake.files(sql, table)).map(({ id }) => id));
        if (!files.every(({ id }) => current.has(id))) throw new Error('hours of containers changed meanwhile');
        await lake.swap(sql, table, { remove: [...isPart], add: [whole] });
      });
    } catch (error) {
      await lake.discard([whole]);
      throw error;
    }
  }
}

async function removeOld({ store, lake, clock, days }: ContainerRetentionDeps, table: LakeTable): Promise<void> {
  await store.transaction(async (sql) => {
    const remove = (await lake.partitions(sql, table)).filter(
      (name) => findPartitionEnd(name) + days * DAY_MS < clock.now(),
    );
    if (remove.length > 0) await lake.swap(sql, table, { remove, add: [] });
  });
}
