import { AppError } from '../../platform/errors/index.ts';
import { handle, type Route } from '../../platform/http/index.ts';
import { type ManifestKind, specKind } from '../../platform/manifests/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import { type Clock, decimal, decimalString, monthPeriod } from '../../platform/units/index.ts';
import type { Costs } from '../costs/index.ts';
import type { Metering } from '../metering/index.ts';
import { type Budget, BudgetSpec, listBudgets } from './schema.ts';
import { findBudgets, putBudget, type StoredBudget } from './store.ts';

export { budgetMigrations } from './migrations.ts';

export interface BudgetsDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly costs: Pick<Costs, 'allocatedCost'>;
  readonly metering: Pick<Metering, 'total'>;
}

/** A budget with the deliveries that its billed figure stood on. */
export interface BudgetStanding extends Budget {
  readonly deliveries: readonly string[];
}

/** Monthly budgets over subjects. */
export interface Budgets {
  /** Where a budget stands in the current month. Errors: `budget_not_found`. */
  standing(sql: Sql, name: string): Promise<BudgetStanding>;
  /** `Budget`. */
  readonly kinds: readonly ManifestKind[];
  readonly routes: readonly Route[];
}

export function createBudgets(deps: BudgetsDeps): Budgets {
  return {
    async standing(sql, name) {
      const [budget] = await findBudgets(sql, name);
      if (budget === undefined) {
        throw new AppError('budget_not_found', `There is no budget "${name}". Apply a document of kind Budget first.`, {
          budget: name,
        });
      }
      return standingOf(deps, sql, budget);
    },
    kinds: [
      specKind('Budget', 40, BudgetSpec, async (sql, name, spec) => {
        const [before] = await findBudgets(sql, name);
        if (before !== undefined && JSON.stringify(before.spec) === JSON.stringify(spec)) return 'unchanged';
        await putBudget(sql, { name, spec }, new Date(deps.clock.now()).toISOString());
        return before === undefined ? 'created' : 'changed';
      }),
    ],
    routes: [
      handle(listBudgets, async () => {
        const budgets = await findBudgets(deps.store, null);
        const standings = await Promise.all(budgets.map((budget) => standingOf(deps, deps.store, budget)));
        return { budgets: standings.map(({ deliveries: _deliveries, ...budget }) => budget) };
      }),
    ],
  };
}

async function standingOf(deps: BudgetsDeps, sql: Sql, { name, spec }: StoredBudget): Promise<BudgetStanding> {
  const month = new Date(deps.clock.now()).toISOString().slice(0, 7);
  const period = monthPeriod(month);
  const within = { start: Date.parse(period.start), end: Date.parse(period.end) };
  const [allocated, meteredTotal] = await Promise.all([
    deps.costs.allocatedCost(spec.subject, month, 'effectiveCost'),
    deps.metering.total(sql, spec.subject, within),
  ]);
  const { currency } = spec;
  const billed = billedIn(currency, allocated);
  const metered =
    meteredTotal.unpricedIntervals === 0 && meteredTotal.cost?.currency === currency ? meteredTotal.cost : null;
  return {
    name,
    subject: spec.subject,
    limit: { amount: spec.amount, currency },
    period,
    billed: billed === null ? null : { amount: billed, currency },
    metered,
    remaining: remainingOf(spec.amount, billed, metered?.amount ?? null),
    deliveries: allocated?.deliveries ?? [],
  };
}

/**
 * Billed amount in the budget's currency: zero when a bill covers the month and nothing of it is the subject's, null when
 * there is no bill or when part of it is in another currency, because then the sum is not known.
 */
function billedIn(currency: string, allocated: Awaited<ReturnType<Costs['allocatedCost']>>): string | null {
  if (allocated === null || allocated.totals.some((total) => total.currency !== currency)) return null;
  return allocated.totals[0]?.amount ?? '0';
}

/** Both figures count the same spending, one early and one late, so the larger stands. Null while both are unknown. */
function remainingOf(limit: string, billed: string | null, metered: string | null): string | null {
  const known = [billed, metered].filter((amount) => amount !== null);
  if (known.length === 0) return null;
  const spent = known.map(decimal).reduce((a, b) => (a.greaterThan(b) ? a : b));
  return decimalString(decimal(limit).minus(spent));
}
