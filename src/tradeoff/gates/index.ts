import { AppError } from '../../platform/errors/index.ts';
import { handle, limitWork, type Route, selectWithinLimit } from '../../platform/http/index.ts';
import { createSpecKind, type ManifestKind } from '../../platform/manifests/index.ts';
import { type ApprovalDeps, approveVersion, readApprovals, withdrawApproval } from './approve.ts';
import { findContradiction } from './contradictions.ts';
import { findHiddenBudgets, hideBudgetAmounts } from './hidden-budgets.ts';
import { refuseForeignPolicy } from './policy-of-model.ts';
import {
  approveVersion as approveEndpoint,
  checkGate as checkGateEndpoint,
  listApprovals,
  listModelPolicies,
  listPolicies,
  PolicyManifestSpec,
  type StatedPolicy,
  withdrawApproval as withdrawEndpoint,
} from './schema.ts';
import {
  checkGate,
  evaluateRun,
  type GateAnswer,
  type GateDeps,
  type GateQuestion,
  type RunQuestion,
} from './service.ts';
import { findModelPolicies, findPolicies, putPolicy } from './store.ts';

export { testDifference, testMean } from './compare-evidence.ts';
export { listEvidenceNeeds } from './evidence-needs.ts';
export { gatherTestedOutcomes } from './gate-facts.ts';
export {
  findHiddenBudgets,
  hideBudgetAmounts,
  hideBudgetText,
  type IsHiddenBudget,
  readBudgetOfCheck,
} from './hidden-budgets.ts';
export { gateMigrations } from './migrations.ts';
export { listDemandSlos } from './planned-capacity.ts';
export { readPolicyBudgets } from './policy-budgets.ts';
export { refuseForeignPolicy, requirePolicyOfModel } from './policy-of-model.ts';
export { addReviewFacts } from './review-facts.ts';
export type { Ledger, TakenDecision } from './service.ts';
export { computeServingCost } from './serving-cost.ts';
export { findModelPolicies, findPolicies, selectModelPolicies } from './store.ts';
export { describeCheck } from './summary.ts';
export { evaluatePolicy } from './weigh.ts';

/** Policies and verdicts: both questions, one answer. */
export interface Gates {
  /**
   * Evaluates a version, records the decision and, on promote, moves the alias in the same transaction.
   * Errors: `policy_not_found`, `policy_ambiguous`, `policy_model_mismatch`, `policy_environment_mismatch`, `model_not_found`, `model_version_not_found`,
   * `budget_not_found`, `currency_mismatch`.
   */
  check(question: GateQuestion): Promise<GateAnswer>;
  /**
   * Evaluates a run as if it were a registered version; records nothing. Errors: `policy_not_found`, `policy_model_missing`,
   * `policy_model_mismatch`, `budget_not_found`, `currency_mismatch`.
   */
  weighRun(question: RunQuestion): Promise<GateAnswer>;
  /** `Policy`. */
  readonly kinds: readonly ManifestKind[];
  readonly routes: readonly Route[];
}

export function createGates(deps: GateDeps & ApprovalDeps): Gates {
  return {
    check: (question) => checkGate(deps, question),
    weighRun: (question) => evaluateRun(deps, question),
    kinds: [
      createSpecKind('Policy', 50, PolicyManifestSpec, async (sql, name, spec) => {
        const [before] = await findPolicies(sql, name);
        const contradiction = findContradiction(spec);
        if (contradiction !== null) {
          throw new AppError('policy_contradictory', `Policy "${name}": ${contradiction}`, { policy: name });
        }
        if (before !== undefined && JSON.stringify(before.spec) === JSON.stringify(spec)) return 'unchanged';
        const policyVersion = (before?.policyVersion ?? 0) + 1;
        await putPolicy(sql, { name, policyVersion, spec }, new Date(deps.clock.now()).toISOString());
        return before === undefined ? 'created' : 'changed';
      }),
    ],
    routes: [
      handle(checkGateEndpoint, async ({ body, actor, identity }) => {
        await refuseForeignPolicy(deps.store, identity, body);
        const answer = await checkGate(deps, { ...body, actor });
        return hideBudgetAmounts(answer, await findHiddenBudgets(deps.budgets, deps.store, identity));
      }),
      handle(listPolicies, async ({ identity }) => ({
        policies: await selectWithinLimit(limitWork(identity), await findPolicies(deps.store, null), {
          key: ({ name }) => name,
          findOwner: ({ spec }) => findPolicyOwner(deps, spec),
        }),
      })),
      handle(listModelPolicies, async ({ params: { model } }) => ({
        policies: await findModelPolicies(deps.store, model),
      })),
      ...createApprovalRoutes(deps),
    ],
  };
}

function createApprovalRoutes(deps: GateDeps & ApprovalDeps): Route[] {
  const { store } = deps;
  return [
    handle(approveEndpoint, async ({ body, identity }) => {
      await refuseForeignPolicy(store, identity, body);
      return approveVersion(deps, body, identity);
    }),
    handle(withdrawEndpoint, async ({ body, identity }) => {
      await refuseForeignPolicy(store, identity, body);
      return withdrawApproval(deps, body, identity);
    }),
    handle(listApprovals, async ({ query, identity }) => {
      await refuseForeignPolicy(store, identity, query);
      return readApprovals(deps, query);
    }),
  ];
}

/** A policy of a team belongs to the team, another to the owner of its model. */
async function findPolicyOwner({ store, registry }: GateDeps, { team, model }: StatedPolicy['spec']) {
  if (team !== undefined) return { team, project: null };
  return model === undefined ? null : registry.ownerOf(store, model);
}
