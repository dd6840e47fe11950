import { CONFLICT, DAMAGED, type ErrorMeaning, NOT_FOUND, REFUSED } from './exit-codes.ts';

/** Expected failures of decisions: gates, retraining, optimizations and recommendations. */
export const tradeoffErrors = {
  // the gate
  policy_ambiguous: { status: 409, exitCode: CONFLICT, title: 'Several policies apply to this model' },
  policy_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such policy' },
  policy_contradictory: { status: 400, exitCode: REFUSED, title: 'The policy contradicts itself or can never pass' },
  approval_not_required: { status: 409, exitCode: CONFLICT, title: 'The policy requires no approvals' },
  policy_model_mismatch: { status: 400, exitCode: REFUSED, title: 'The policy is for another model' },
  policy_environment_mismatch: { status: 400, exitCode: REFUSED, title: 'The policy is for another environment' },
  policy_model_missing: { status: 400, exitCode: REFUSED, title: 'The policy is for many models; name one' },
  frontier_metric_unknown: { status: 404, exitCode: NOT_FOUND, title: 'No evaluation of the model has this metric' },
  retraining_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such retraining' },
  retraining_round_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such round of the retraining' },
  retraining_round_not_waiting: { status: 409, exitCode: CONFLICT, title: 'The round is no longer waiting' },
  retraining_under_way: { status: 409, exitCode: CONFLICT, title: 'Another round of the retraining is active' },
  decision_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such decision' },
  decision_export_invalid: { status: 400, exitCode: REFUSED, title: 'The file is no export of a decision' },
  decision_export_changed: { status: 422, exitCode: DAMAGED, title: 'The export of a decision was changed' },
  optimization_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such optimization' },
  optimization_exists: { status: 409, exitCode: CONFLICT, title: 'An optimization of this name exists' },
  optimization_no_change: { status: 422, exitCode: REFUSED, title: 'The change leaves the endpoint as it is' },
  optimization_invalid: { status: 422, exitCode: REFUSED, title: 'The optimization does not fit its endpoint' },
  optimization_ended: { status: 409, exitCode: CONFLICT, title: 'The optimization has ended' },
  optimization_not_ended: { status: 409, exitCode: CONFLICT, title: 'The optimization has not ended' },
  recommendation_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such recommendation' },
  recommendation_not_open: { status: 409, exitCode: CONFLICT, title: 'The recommendation is not open' },
  recommendation_outdated: {
    status: 409,
    exitCode: CONFLICT,
    title: 'The resource changed after the recommendation; nothing was done',
  },
  recommendation_not_undoable: { status: 409, exitCode: CONFLICT, title: 'The recommendation cannot be undone' },
  recommendation_not_triable: { status: 422, exitCode: REFUSED, title: 'The recommendation cannot be tried live' },
  recommendation_not_noticed: {
    status: 409,
    exitCode: CONFLICT,
    title: 'No idle policy has a pending action for the recommendation',
  },
  purchase_terms_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such purchase terms' },
  idle_policy_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such idle policy' },
  lineage_node_not_found: { status: 404, exitCode: NOT_FOUND, title: 'No such node of the lineage graph' },
} as const satisfies Record<string, ErrorMeaning>;
