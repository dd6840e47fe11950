import { covers } from '../../org/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import type { ManifestOutcome } from '../../platform/manifests/index.ts';
import { refuseUntold } from '../../platform/notices/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { type Clock, decimal, decimalString, formatMoneyText, sumDecimals } from '../../platform/units/index.ts';
import type { BudgetSpec } from './schema.ts';
import { findBudgets, putBudget, type StoredBudget } from './store.ts';

/** Stores a budget at its place in the budget tree. Errors: `manifest_invalid` if it does not fit its parent or its children. */
export async function applyBudget(
  deps: { readonly clock: Clock } & Parameters<typeof refuseUntold>[0],
  sql: Sql,
  name: string,
  spec: BudgetSpec,
): Promise<ManifestOutcome> {
  const budgets = await findBudgets(sql, null);
  const before = budgets.find((budget) => budget.name === name);
  if (before !== undefined && JSON.stringify(before.spec) === JSON.stringify(spec)) return 'unchanged';
  refuseUntold(deps, spec.notify);
  const others = budgets.filter((budget) => budget.name !== name);
  const parent = findParent(name, spec, others);
  if (parent !== null) refuseMisfit(name, spec, parent, others);
  for (const part of others.filter((one) => one.spec.parent === name)) {
    const parts = others.filter((one) => one.name !== part.name);
    refuseMisfit(part.name, part.spec, { name, spec }, parts);
  }
  await putBudget(sql, name, spec, new Date(deps.clock.now()).toISOString());
  return before === undefined ? 'created' : 'changed';
}

type Named = Pick<StoredBudget, 'name' | 'spec'>;

function findParent(name: string, { parent }: BudgetSpec, others: readonly Named[]): Named | null {
  if (parent === undefined) return null;
  const found = others.find((one) => one.name === parent);
  if (found === undefined) {
    const detail = `its parent budget "${parent}" does not exist. Apply the parent first.`;
    throw new AppError('manifest_invalid', detail, { budget: name, parent });
  }
  for (let above: Named | undefined = found; above !== undefined; ) {
    const next: string | undefined = above.spec.parent;
    if (next === name) {
      const detail = `it would be its own parent, through "${above.name}".`;
      throw new AppError('manifest_invalid', detail, { budget: name, parent });
    }
    above = others.find((one) => one.name === next);
  }
  return found;
}

/** A part covers nothing that the whole does not, and the parts of a window together are given no more than the whole. */
function refuseMisfit(name: string, spec: BudgetSpec, parent: Named, others: readonly Named[]): void {
  const refuse = (detail: string) => {
    throw new AppError('manifest_invalid', detail, { budget: name, parent: parent.name });
  };
  if (!covers(parent.spec.subject, spec.subject)) {
    refuse(`its subject must have all that the subject of its parent "${parent.name}" has.`);
  }
  if (parent.spec.currency !== spec.currency) refuse(`it and its parent "${parent.name}" must be in one currency.`);
  if (parent.spec.every !== spec.every) return;
  const siblings = others.filter((one) => one.spec.parent === parent.name && one.spec.every === spec.every);
  const given = sumDecimals([spec.amount, ...siblings.map((one) => one.spec.amount)]);
  if (decimal(given).lessThanOrEqualTo(parent.spec.amount)) return;
  const over = decimalString(decimal(given).minus(parent.spec.amount));
  const money = (amount: string) => formatMoneyText({ amount, currency: spec.currency });
  refuse(
    `the parts of "${parent.name}" would have ${money(given)}, ${money(over)} more than it has itself (${money(parent.spec.amount)}).`,
  );
}
