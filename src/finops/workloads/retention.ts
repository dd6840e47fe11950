import type { Lake, LakeTable } from '../../platform/lake/index.ts';
import type { Store } from '../../platform/store/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import { CONTAINER_HOUR, endOf, isOver, NODE_HOUR, partitionParts } from './tables.ts';
import { columnsOf } from './write-hours.ts';

export interface ContainerRetentionDeps {
  readonly store: Store;
  readonly lake: Lake;
  readonly clock: Clock;
  /** Number of days for which hours are kept after their day. */
  readonly days: number;
}

const DAY_MS = 86_400_000;

/** Hours of days that are over become one file a day; old days leave. */
export async function retainContainers(deps: ContainerRetentionDeps): Promise<void> {
  for (const table of [CONTAINER_HOUR, NODE_HOUR]) {
    await joinHours(deps, table);
    await removeOld(deps, table);
  }
}

async function joinHours({ store, lake, clock }: ContainerRetentionDeps, table: LakeTable): Promise<void> {
  const now = clock.now();
  const apart = (await lake.partitions(store, table)).filter(
    (name) => partitionParts(name).hour !== null && isOver(name, now),
  );
  for (const [day, hours] of Map.groupBy(apart, (name) => name.slice(0, name.lastIndexOf(' ')))) {
    const isPart = new Set([day, ...hours]);
    const files = (await lake.files(store, table)).filter(({ partition }) => isPart.has(partition));
    const columns = columnsOf(table);
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
    const remove = (await lake.partitions(sql, table)).filter((name) => endOf(name) + days * DAY_MS < clock.now());
    if (remove.length > 0) await lake.swap(sql, table, { remove, add: [] });
  });
}
