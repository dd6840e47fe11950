import type { Jobs } from '../../platform/jobs/index.ts';
import { billRows } from '../billing/index.ts';
import { type ApplyDeps, rederive } from './apply-rules.ts';
import { periodOfPartition, usageFingerprint } from './derivation.ts';
import { followsUsage } from './rules/rule-set.ts';
import { lastDerivations, rulesInForce } from './store.ts';
import { allocatedDaily } from './tables.ts';

const FOLLOW = 'allocation.follow';
/** Usage arrives in bursts; this interval groups a burst into one allocation. */
const EVERY_TEN_MINUTES = '*/10 * * * *';

/** Reallocates periods after usage changes, and allocates bills that were never allocated. */
export function scheduleAllocation(deps: ApplyDeps, jobs: Jobs): void {
  jobs.register(FOLLOW, { handler: async () => void (await follow(deps)) });
  jobs.schedule(FOLLOW, EVERY_TEN_MINUTES, { kind: FOLLOW, payload: null });
}

/**
 * Reallocates the periods whose usage changed since their derivation, and those that have bill units without a roll-up.
 */
export async function follow(deps: ApplyDeps): Promise<string[]> {
  const periods = [...new Set([...(await neverAllocated(deps)), ...(await usageChanged(deps))])].toSorted();
  for (const period of periods) await rederive(deps, [period]);
  return periods;
}

async function neverAllocated(deps: ApplyDeps): Promise<string[]> {
  const allocated = new Set(await deps.lake.partitions(deps.store, allocatedDaily));
  const partitions = await deps.lake.partitions(deps.store, billRows);
  return partitions.filter((partition) => !allocated.has(partition)).map(periodOfPartition);
}

async function usageChanged(deps: ApplyDeps): Promise<string[]> {
  if (!followsUsage(await rulesInForce(deps.store))) return [];
  const changed: string[] = [];
  for (const { period, usageFingerprint: before } of await lastDerivations(deps.store)) {
    if ((await usageFingerprint(deps, deps.store, period)) !== before) changed.push(period);
  }
  return changed;
}
