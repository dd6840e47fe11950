import type { Jobs } from '../../platform/jobs/index.ts';
import { billRows } from '../billing/index.ts';
import { type ApplyDeps, rederive } from './apply-rules.ts';
import { periodOfPartition, usageFingerprint } from './derivation.ts';
import { followsUsage } from './rules/rule-set.ts';
import { lastDerivations, rulesInForce } from './store.ts';
import { allocatedDaily } from './tables.ts';

const FOLLOW = 'allocation.follow';
/** Usage comes in bursts; what came within this time is allocated once. */
const EVERY_TEN_MINUTES = '*/10 * * * *';

/** Allocations follow the usage they are split by, and a bill that was never allocated is. */
export function scheduleAllocation(deps: ApplyDeps, jobs: Jobs): void {
  jobs.register(FOLLOW, { handler: async () => void (await follow(deps)) });
  jobs.schedule(FOLLOW, EVERY_TEN_MINUTES, { kind: FOLLOW, payload: null });
}

/** Allocates anew the periods whose usage changed since, and those that have bill units without a roll-up. */
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
