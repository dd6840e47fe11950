import { randomUUID } from 'node:crypto';
import type { Events } from '../../platform/events/index.ts';
import type { StagedFile } from '../../platform/lake/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { type Clock, toMonthPeriod } from '../../platform/units/index.ts';
import { type BillChange, billRows } from '../billing/index.ts';
import { type DerivationDeps, derivePeriod } from './derive-period.ts';
import { dependsOnUsage, listPoolIndexes } from './rules/rule-set.ts';
import { recordState } from './states.ts';
import { insertDerivation, type StoredRules } from './store.ts';
import { allocatedDaily, allocations } from './tables.ts';
import { readWorkloadFingerprint } from './workloads/store.ts';

export interface AllocationDeps extends DerivationDeps {
  readonly clock: Clock;
  readonly events: Pick<Events, 'append'>;
}

export const NO_CHANGE: BillChange = { remove: [], add: [] };

/** Allocations that are staged but not yet visible, with all their inputs. */
export interface DerivedAllocation {
  readonly rules: StoredRules;
  readonly change: BillChange;
  readonly periods: readonly DerivedPeriod[];
  readonly allocations: readonly StagedFile[];
  readonly daily: readonly StagedFile[];
  /** Partitions whose files the staged ones replace. */
  readonly replaced: readonly string[];
}

interface DerivedPeriod {
  readonly period: string;
  readonly billFiles: readonly string[];
  readonly deliveries: readonly string[];
  readonly usageFingerprint: string;
}

/**
 * Allocates the parts of the bill that a change affects: its partitions and, where rules have pools, every unit of its
 * billing periods. `periods` names additional periods to allocate completely.
 */
export async function deriveAllocation(
  deps: AllocationDeps,
  sql: Sql,
  rules: StoredRules,
  change: BillChange,
  periods: readonly string[] = [],
): Promise<DerivedAllocation> {
  const files = await findBillAfter(deps, sql, change);
  const changed = [...new Set([...change.remove, ...change.add.map(({ partition }) => partition)])];
  const touched = [...new Set([...changed.map(parsePartitionPeriod), ...periods])].toSorted();
  const staged = { allocations: [] as StagedFile[], daily: [] as StagedFile[] };
  const derived: DerivedPeriod[] = [];
  const replaced = new Set(changed);
  try {
    for (const period of touched) {
      const ofPeriod = files.filter((file) => parsePartitionPeriod(file.partition) === period);
      const whole = listPoolIndexes(rules).length > 0 || periods.includes(period);
      const partitions = [...new Set(ofPeriod.map(({ partition }) => partition))].filter(
        (partition) => whole || changed.includes(partition),
      );
      for (const partition of partitions) replaced.add(partition);
      derived.push(await buildDerivedPeriod(deps, sql, rules, period, ofPeriod));
      const made = await derivePeriod(deps, sql, { period, files: ofPeriod, rules }, partitions);
      staged.allocations.push(...made.allocations);
      staged.daily.push(...made.daily);
    }
  } catch (error) {
    await deps.lake.discard([...staged.allocations, ...staged.daily]);
    throw error;
  }
  return { rules, change, periods: derived, ...staged, replaced: [...replaced] };
}

/** Bill files after the change; the result is the same whether or not `sql` already contains the change. */
async function findBillAfter(deps: DerivationDeps, sql: Sql, change: BillChange): Promise<StagedFile[]> {
  const gone = new Set([...change.remove, ...change.add.map(({ partition }) => partition)]);
  const current = await deps.lake.files(sql, billRows);
  const stay = current.filter(({ partition }) => !gone.has(partition));
  // A stable sort: by partition, and within one in the order of the delivery.
  return [...stay, ...change.add].toSorted((one, other) =>
    one.partition < other.partition ? -1 : Number(one.partition > other.partition),
  );
}

/** The billing period is the last part of a partition's name, and a unit has one period. */
export function parsePartitionPeriod(partition: string): string {
  return decodeURIComponent(partition.split('/').at(-1) ?? '');
}

async function buildDerivedPeriod(
  deps: DerivationDeps,
  sql: Sql,
  rules: StoredRules,
  period: string,
  files: readonly StagedFile[],
): Promise<DerivedPeriod> {
  const relation = deps.lake.stagedRelation(billRows, files);
  const deliveries = await deps.lake.query(`SELECT DISTINCT delivery FROM ${relation} ORDER BY 1`);
  return {
    period,
    billFiles: files.map(({ id }) => id),
    deliveries: deliveries.map((row) => String(row.delivery)),
    usageFingerprint: dependsOnUsage(rules) ? await usageFingerprint(deps, sql, period) : '',
  };
}

/** Changes with any usage that a split of the period depends on. */
export async function usageFingerprint(deps: DerivationDeps, sql: Sql, period: string): Promise<string> {
  const { start, end } = toMonthPeriod(period);
  const within = { start: Date.parse(start), end: Date.parse(end) };
  return `${await deps.usage.fingerprint(sql, within)} ${await readWorkloadFingerprint(sql, within)}`;
}

/** Whether the bill is still the one that the allocation was derived from. */
export async function isStillValid(deps: DerivationDeps, sql: Sql, derived: DerivedAllocation): Promise<boolean> {
  return (await findOutdatedPeriods(deps, sql, derived)).length === 0;
}

/** Derived periods whose bill files have changed since. */
async function findOutdatedPeriods(deps: DerivationDeps, sql: Sql, derived: DerivedAllocation): Promise<string[]> {
  const files = await findBillAfter(deps, sql, derived.change);
  const isCurrent = ({ period, billFiles }: DerivedPeriod) => {
    const now = files.filter((file) => parsePartitionPeriod(file.partition) === period).map(({ id }) => id);
    return now.length === billFiles.length && now.every((id, index) => id === billFiles[index]);
  };
  return derived.periods.filter((one) => !isCurrent(one)).map(({ period }) => period);
}

/**
 * Allocation of the same periods by the same rules: keeps the valid periods of `derived` and derives the others again.
 */
export async function refreshDerived(
  deps: AllocationDeps,
  sql: Sql,
  derived: DerivedAllocation,
  periods: readonly string[],
): Promise<DerivedAllocation> {
  const outdated = await findOutdatedPeriods(deps, sql, derived);
  const current = derived.periods.filter(({ period }) => periods.includes(period) && !outdated.includes(period));
  const isCurrent = (partition: string) => current.some(({ period }) => period === parsePartitionPeriod(partition));
  const known = current.map(({ period }) => period);
  const missing = periods.filter((period) => !known.includes(period));
  const fresh = await deriveAllocation(deps, sql, derived.rules, derived.change, missing);
  const [kept, gone] = [true, false].map((wanted) => ({
    allocations: derived.allocations.filter(({ partition }) => isCurrent(partition) === wanted),
    daily: derived.daily.filter(({ partition }) => isCurrent(partition) === wanted),
  }));
  await deps.lake.discard([...(gone?.allocations ?? []), ...(gone?.daily ?? [])]);
  return {
    rules: derived.rules,
    change: derived.change,
    periods: [...current, ...fresh.periods].toSorted((one, other) => (one.period < other.period ? -1 : 1)),
    allocations: [...(kept?.allocations ?? []), ...fresh.allocations],
    daily: [...(kept?.daily ?? []), ...fresh.daily],
    replaced: [...derived.replaced.filter(isCurrent), ...fresh.replaced],
  };
}

/** Makes a derived allocation the current one, in the caller's transaction. */
export async function swapIn(deps: AllocationDeps, sql: Sql, derived: DerivedAllocation): Promise<void> {
  const { replaced, rules } = derived;
  await deps.lake.swap(sql, allocations, { remove: replaced, add: derived.allocations });
  await deps.lake.swap(sql, allocatedDaily, { remove: replaced, add: derived.daily });
  const at = new Date(deps.clock.now()).toISOString();
  for (const period of derived.periods) {
    const derivation = { id: `al_${randomUUID()}`, ...period, rulesVersion: rules.version, at };
    await insertDerivation(sql, derivation);
    await recordState(deps.lake, sql, derivation, (partition) => parsePartitionPeriod(partition) === period.period);
  }
  const periods = derived.periods.map(({ period }) => period);
  const payload = { periods, rulesVersion: rules.version };
  await deps.events.append(sql, { type: 'allocation.derived', subject: 'allocation', payload });
}

export async function discardDerived(deps: DerivationDeps, derived: DerivedAllocation): Promise<void> {
  await deps.lake.discard([...derived.allocations, ...derived.daily]);
}
