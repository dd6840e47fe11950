import { AppError } from '../../platform/errors/index.ts';
import type { ManifestOutcome, PreparedManifest } from '../../platform/manifests/index.ts';
import { Outdated, runPrepared, type Sql, type Store } from '../../platform/store/index.ts';
import { billRows } from '../billing/index.ts';
import {
  type AllocationDeps,
  type DerivedAllocation,
  deriveAllocation,
  discardDerived,
  isStillValid,
  NO_CHANGE,
  parsePartitionPeriod,
  refreshDerived,
  swapIn,
} from './derivation.ts';
import { compileClassification } from './rules/classify.ts';
import type { RuleSet } from './rules/rule-set.ts';
import { findRulesInForce, insertRules, type StoredRules } from './store.ts';

export interface ApplyDeps extends AllocationDeps {
  readonly store: Store;
}

/** Outcome of applying the rules (created, changed or unchanged). Errors: `manifest_invalid`, `dimension_unknown`. */
export async function computeRulesOutcome(sql: Sql, name: string, spec: RuleSet): Promise<ManifestOutcome> {
  const before = await findRulesInForce(sql);
  if (before.name !== null && before.name !== name) {
    const detail = `The rules are kept in AllocationRules "${before.name}". They are one ordered list: add these to it.`;
    throw new AppError('manifest_invalid', detail, { inForce: before.name });
  }
  compileClassification(spec);
  if (before.name === null) return 'created';
  return areSameRules(before, spec) ? 'unchanged' : 'changed';
}

function areSameRules(one: RuleSet, other: RuleSet): boolean {
  const text = ({ rules, normalise }: RuleSet) => JSON.stringify([rules, normalise ?? null]);
  return text(one) === text(other);
}

/**
 * Allocates the whole bill by new rules, outside any transaction; applying them is then a swap of manifests. If the
 * bill or the rules change meanwhile, the transaction detects it, and the affected periods are derived again outside of
 * it.
 */
export async function prepareRules(deps: ApplyDeps, name: string, spec: RuleSet): Promise<PreparedManifest> {
  const unchanged = (await computeRulesOutcome(deps.store, name, spec)) === 'unchanged';
  let derived = unchanged
    ? null
    : await deriveAll(deps, deps.store, await storeNextRules(deps, deps.store, name, spec));
  const drop = async () => {
    if (derived !== null) await discardDerived(deps, derived);
    derived = null;
  };
  return {
    async apply(sql) {
      const outcome = await computeRulesOutcome(sql, name, spec);
      if (outcome === 'unchanged') {
        await drop();
        return outcome;
      }
      const rules = await storeNextRules(deps, sql, name, spec);
      const isCurrent = derived !== null && derived.rules.version === rules.version;
      if (derived === null || !isCurrent || !(await isStillComplete(deps, sql, derived))) throw new Outdated();
      await insertRules(sql, rules.version, name, spec, rules.appliedAt ?? '');
      await swapIn(deps, sql, derived);
      return outcome;
    },
    async refresh() {
      const rules = await storeNextRules(deps, deps.store, name, spec);
      const periods = await findBillPeriods(deps, deps.store);
      derived =
        derived === null
          ? await deriveAll(deps, deps.store, rules)
          : await refreshDerived(deps, deps.store, { ...derived, rules }, periods);
    },
    discard: drop,
  };
}

async function storeNextRules(deps: ApplyDeps, sql: Sql, name: string, spec: RuleSet): Promise<StoredRules> {
  const { version } = await findRulesInForce(sql);
  return { ...spec, name, version: version + 1, appliedAt: new Date(deps.clock.now()).toISOString() };
}

async function deriveAll(deps: ApplyDeps, sql: Sql, rules: StoredRules): Promise<DerivedAllocation> {
  return deriveAllocation(deps, sql, rules, NO_CHANGE, await findBillPeriods(deps, sql));
}

/** Checks that the derived periods are still valid and that no other billing period has arrived. */
async function isStillComplete(deps: ApplyDeps, sql: Sql, derived: DerivedAllocation): Promise<boolean> {
  const periods = await findBillPeriods(deps, sql);
  return (
    periods.every((period) => derived.periods.some((each) => each.period === period)) &&
    isStillValid(deps, sql, derived)
  );
}

/** Billing periods that have bill files now, sorted. */
export async function findBillPeriods(deps: Pick<AllocationDeps, 'lake'>, sql: Sql): Promise<string[]> {
  const partitions = await deps.lake.partitions(sql, billRows);
  return [...new Set(partitions.map(parsePartitionPeriod))].toSorted();
}

/** Reallocates billing periods by the rules in force, after new usage or for a bill that was never allocated. */
export async function rederive(deps: ApplyDeps, periods: readonly string[]): Promise<void> {
  let derived = await deriveAllocation(deps, deps.store, await findRulesInForce(deps.store), NO_CHANGE, periods);
  const work = async (sql: Sql) => {
    const { version } = await findRulesInForce(sql);
    if (version !== derived.rules.version || !(await isStillValid(deps, sql, derived))) throw new Outdated();
    await swapIn(deps, sql, derived);
  };
  const refresh = async () => {
    await discardDerived(deps, derived);
    derived = await deriveAllocation(deps, deps.store, await findRulesInForce(deps.store), NO_CHANGE, periods);
  };
  try {
    await runPrepared(deps.store, work, refresh);
  } catch (error) {
    await discardDerived(deps, derived);
    throw error;
  }
}
