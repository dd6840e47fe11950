import type { Budgets } from '../../finops/budgets/index.ts';
import { type Identity, isMoneyVisible, limitMoney } from '../../platform/http/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import type { Check, Verdict } from './schema.ts';
import { summarise } from './summary.ts';

/** Whether the amounts of the budget of this name are hidden from a caller. */
export type IsHiddenBudget = (budget: string) => boolean;

/** Budgets of other teams and of the organization, for callers who see the costs of some teams only. A missing budget is hidden, too. */
export async function findHiddenBudgets(
  budgets: Pick<Budgets, 'subjects'>,
  sql: Sql,
  identity: Identity,
): Promise<IsHiddenBudget> {
  if (limitMoney(identity) === null) return () => false;
  const subjects = await budgets.subjects(sql);
  return (name) => {
    const subject = subjects.get(name);
    return subject === undefined || !isMoneyVisible(identity, subject);
  };
}

/** Name of the budget that a check compares with; null: another check. */
export function readBudgetOfCheck(name: string): string | null {
  return /^budget (.+)$/.exec(name)?.[1] ?? null;
}

interface Judged {
  readonly model: string;
  readonly version: string;
  readonly verdict: Verdict;
  readonly checks: Check[];
  readonly summary: string;
}

/**
 * `The budget "search" has 12.00 USD left`, `budget search (at demand) is 12.00 USD, required <= 5.00 USD` of a summary, and `budget search` as
 * the reason of a stopped step.
 */
const NAMED_BUDGET = /budget "([^"]+)"|budget (\S+)(?: \([^)]*\))? is |^budget (\S+)$/gi;

/** A sentence that may state amounts of a budget; the whole sentence is replaced when the budget is hidden. */
export function hideBudgetText(text: string, isHidden: IsHiddenBudget): string {
  const named = [...text.matchAll(NAMED_BUDGET)].map(([, quoted, plain, whole]) => quoted ?? plain ?? whole ?? '');
  return named.some(isHidden) ? 'The reason is a budget outside of your teams.' : text;
}

const HIDDEN_SOURCE = 'A budget outside of your teams. Its amounts are visible to those who see all costs.';

/** A verdict without the amounts of hidden budgets, also in its summary. The results of the checks stay. */
export function hideBudgetAmounts<Verdicted extends Judged>(judged: Verdicted, isHidden: IsHiddenBudget): Verdicted {
  const isOfHidden = ({ name }: Check) => {
    const budget = readBudgetOfCheck(name);
    return budget !== null && isHidden(budget);
  };
  if (!judged.checks.some(isOfHidden)) return judged;
  const checks = judged.checks.map((check) =>
    isOfHidden(check) ? { ...check, bound: null, source: HIDDEN_SOURCE } : check,
  );
  return { ...judged, checks, summary: summarise(judged.model, judged.version, judged.verdict, checks) };
}
