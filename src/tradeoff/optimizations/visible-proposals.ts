import type { Budgets } from '../../finops/budgets/index.ts';
import type { Subject } from '../../org/schema.ts';
import { type Identity, isWithinLimit, limitWork, refuseHidden } from '../../platform/http/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import { findHiddenBudgets } from '../gates/index.ts';
import type { OptimizationSpec } from './spec/schema.ts';

export interface ProposalAccessDeps {
  readonly store: Store;
  readonly budgets: Pick<Budgets, 'subjects'>;
  /** Owner of a subject; null: none. Implemented by bridges. */
  readonly findOwner: (
    sql: Sql,
    subject: Subject,
  ) => Promise<{ readonly team: string | null; readonly project: string | null } | null>;
}

/**
 * Refuses a proposal with an endpoint, a model or a budget that the caller may not read: the endpoint would answer with the model, and the
 * proposal states whether the budget is used up. Error: `not_visible`.
 */
export async function refuseHiddenParts(
  { store, budgets, findOwner }: ProposalAccessDeps,
  identity: Identity,
  { endpoint, change, guardrails }: OptimizationSpec,
): Promise<void> {
  const limit = limitWork(identity);
  if (limit === null) return;
  if (!isWithinLimit(limit, await findOwner(store, { endpoint }))) throw refuseHidden(identity, `Endpoint ${endpoint}`);
  const model = 'toVariant' in change ? undefined : change.model;
  if (model !== undefined && !isWithinLimit(limit, await findOwner(store, { model })))
    throw refuseHidden(identity, `Model ${model}`);
  const isHidden = await findHiddenBudgets(budgets, store, identity);
  for (const rail of guardrails) {
    if ('budget' in rail && isHidden(rail.budget)) throw refuseHidden(identity, `Budget ${rail.budget}`);
  }
}
