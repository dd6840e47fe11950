import { AppError } from '../../platform/errors/index.ts';
import { handle, type Route } from '../../platform/http/index.ts';
import { createSpecKind, type ManifestKind } from '../../platform/manifests/index.ts';
import { type ApprovalDeps, approveVersion, readApprovals, withdrawApproval } from './approve.ts';
import { findContradiction } from './contradictions.ts';
import {
  approveVersion as approveEndpoint,
  checkGate as checkGateEndpoint,
  listApprovals,
  listModelPolicies,
  listPolicies,
  PolicyManifestSpec,
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
export { gateMigrations } from './migrations.ts';
export { listDemandSlos } from './planned-capacity.ts';
export { readPolicyBudgets } from './policy-budgets.ts';
export { requirePolicyOfModel } from './policy-of-model.ts';
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
      handle(checkGateEndpoint, ({ body, actor }) => checkGate(deps, { ...body, actor })),
      handle(approveEndpoint, ({ body, identity }) => approveVersion(deps, body, identity)),
      handle(withdrawEndpoint, ({ body, identity }) => withdrawApproval(deps, body, identity)),
      handle(listApprovals, ({ query }) => readApprovals(deps, query)),
      handle(listPolicies, async () => ({ policies: await findPolicies(deps.store, null) })),
      handle(listModelPolicies, async ({ params: { model } }) => ({
        policies: await findModelPolicies(deps.store, model),
      })),
    ],
  };
}
