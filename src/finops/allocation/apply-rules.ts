import { AppError } from '../../platform/errors/index.ts';
import type { ManifestOutcome, PreparedManifest } from '../../platform/manifests/index.ts';
import { Outdated, type Sql, type Store, transactPrepared } from '../../platform/store/index.ts';
import { billRows } from '../billing/index.ts';
import {
  type AllocationDeps,
  type DerivedAllocation,
  deriveAllocation,
  discardDerived,
  NO_CHANGE,
  periodOfPartition,
  refreshDerived,
  stillStands,
  swapIn,
} from './derivation.ts';
import { classificationOf } from './rules/classify.ts';
import type { RuleSet } from './rules/rule-set.ts';
import { insertRules, rulesInForce, type StoredRules } from './store.ts';

export interface ApplyDeps extends AllocationDeps {
  readonly store: Store;
}

/** Outcome of applying the rules (created, changed or unchanged). Errors: `manifest_invalid`, `dimension_unknown`. */
export async function outcomeOf(sql: Sql, name: string, spec: RuleSet): Promise<ManifestOutcome> {
  const before = await rulesInForce(sql);
  if (before.name !== null && before.name !== name) {
    const detail = `The rules are kept in AllocationRules "${before.name}". They are one ordered list: add these to it.`;
    throw new AppError('manifest_invalid', detail, { inForce: before.name });
  }
  classificationOf(spec);
  if (before.name === null) return 'created';
  return sameRules(before, spec) ? 'unchanged' : 'changed';
}

function sameRules(one: RuleSet, other: RuleSet): boolean {
  const text = ({ rules, normalise }: RuleSet) => JSON.stringify([rules, normalise ?? null]);
  return text(one) === text(other);
}

/**
 * Allocates the whole bill by new rules, outside any transaction; applying them is then a swap of manifests. If the
 * bill or the rules change meanwhile, the transaction detects it, and the affected periods are derived again outside of
 * it.
 */
export async function prepareRules(deps: ApplyDeps, name: string, spec: RuleSet): Promise<PreparedManifest> {
  const unchanged = (await outcomeOf(deps.store, name, spec)) === 'unchanged';
  let derived = unchanged ? null : await deriveAll(deps, deps.store, await next(deps, deps.store, name, spec));
  const drop = async () => {
    if (derived !== null) await discardDerived(deps, derived);
    derived = null;
  };
  return {
    async apply(sql) {
      const outcome = await outcomeOf(sql, name, spec);
      if (outcome === 'unchanged') {
        await drop();
        return outcome;
      }
      const rules = await next(deps, sql, name, spec);
      const isCurrent = derived !== null && derived.rules.version === rules.version;
      if (derived === null || !isCurrent || !(await standsWhole(deps, sql, derived))) throw new Outdated();
      await insertRules(sql, rules.version, name, spec, rules.appliedAt ?? '');
      await swapIn(deps, sql, derived);
      return outcome;
    },
    async refresh() {
      const rules = await next(deps, deps.store, name, spec);
      const periods = await billPeriods(deps, deps.store);
      derived =
        derived === null
          ? await deriveAll(deps, deps.store, rules)
          : await refreshDerived(deps, deps.store, { ...derived, rules }, periods);
    },
    discard: drop,
  };
}

async function next(deps: ApplyDeps, sql: Sql, name: string, spec: RuleSet): Promise<StoredRules> {
  const { version } = await rulesInForce(sql);
  return { ...spec, name, version: version + 1, appliedAt: new Date(deps.clock.now()).toISOString() };
}

async function deriveAll(deps: ApplyDeps, sql: Sql, rules: StoredRules): Promise<DerivedAllocation> {
  return deriveAllocation(deps, sql, rules, NO_CHANGE, await billPeriods(deps, sql));
}

/** Checks that the derived periods are still valid and that no other billing period has arrived. */
async function standsWhole(deps: ApplyDeps, sql: Sql, derived: DerivedAllocation): Promise<boolean> {
  const periods = await billPeriods(deps, sql);
  return (
    periods.every((period) => derived.periods.some((each) => each.period === period)) && stillStands(deps, sql, derived)
  );
}

/** Billing periods that have bill files now, sorted. */
export async function billPeriods(deps: Pick<AllocationDeps, 'lake'>, sql: Sql): Promise<string[]> {
  const partitions = await deps.lake.partitions(sql, billRows);
  return [...new Set(partitions.map(periodOfPartition))].toSorted();
}

/** Reallocates billing periods by the rules in force, after new usage or for a bill that was never allocated. */
export async function rederive(deps: ApplyDeps, periods: readonly string[]): Promise<void> {
  let derived = await deriveAllocation(deps, deps.store, await rulesInForce(deps.store), NO_CHANGE, periods);
  const work = async (sql: Sql) => {
    const { version } = await rulesInForce(sql);
    if (version !== derived.rules.version || !(await stillStands(deps, sql, derived))) throw new Outdated();
    await swapIn(deps, sql, derived);
  };
  const refresh = async () => {
    await discardDerived(deps, derived);
    derived = await deriveAllocation(deps, deps.store, await rulesInForce(deps.store), NO_CHANGE, periods);
  };
  try {
    await transactPrepared(deps.store, work, refresh);
  } catch (error) {
    await discardDerived(deps, derived);
    throw error;
  }
}
