import type { Jobs } from '../../platform/jobs/index.ts';
import { billRows } from '../billing/index.ts';
import { type ApplyDeps, rederive } from './apply-rules.ts';
import { parsePartitionPeriod, usageFingerprint } from './derivation.ts';
import { dependsOnUsage } from './rules/rule-set.ts';
import { findLastDerivations, findRulesInForce } from './store.ts';
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
  const periods = [...new Set([...(await findNeverAllocated(deps)), ...(await findUsageChanges(deps))])].toSorted();
  for (const period of periods) await rederive(deps, [period]);
  return periods;
}

async function findNeverAllocated(deps: ApplyDeps): Promise<string[]> {
  const allocated = new Set(await deps.lake.partitions(deps.store, allocatedDaily));
  const partitions = await deps.lake.partitions(deps.store, billRows);
  return partitions.filter((partition) => !allocated.has(partition)).map(parsePartitionPeriod);
}

async function findUsageChanges(deps: ApplyDeps): Promise<string[]> {
  if (!dependsOnUsage(await findRulesInForce(deps.store))) return [];
  const changed: string[] = [];
  for (const { period, usageFingerprint: before } of await findLastDerivations(deps.store)) {
    if ((await usageFingerprint(deps, deps.store, period)) !== before) changed.push(period);
  }
  return changed;
}
