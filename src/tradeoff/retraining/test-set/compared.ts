import { TRIGGER_WINDOW } from '../../../mlops/evaluations/schema.ts';
import type { TakenRecord } from '../../decisions/schema.ts';
import type { PolicySpec } from '../../gates/schema.ts';
import type { RetrainingRound } from '../schema.ts';

/** Gate of a round with its evidence. */
export interface GateOfRound {
  readonly gate: RetrainingRound['gate'];
  /** The recorded decision; null: the run was evaluated without one. */
  readonly decision: Pick<TakenRecord, 'evidence'> | null;
  /** Policies that govern the alias now, for an evaluation without a decision. */
  readonly policies: readonly PolicySpec[];
}

/**
 * Records whether the gate compared candidate and champion on the test set of the round. The summary of a gate whose policy has no test
 * on the window says so: it compared values from before the trigger.
 */
export function setComparison(
  test: RetrainingRound['test'],
  { gate, decision, policies }: GateOfRound,
): Pick<RetrainingRound, 'test' | 'gate'> {
  if (gate === null || test === null) return { test, gate };
  const specs = decision === null ? policies : [decision.evidence.policy.spec];
  const isAsked = specs.some(({ quality }) => quality.some(({ evaluation }) => evaluation === TRIGGER_WINDOW));
  const pairs = decision?.evidence.candidate.gate?.pairs ?? [];
  const isPaired = pairs.some(({ baseline }) => baseline.evaluation === test.set?.evaluation);
  // An evaluation without a decision keeps no evidence.
  const compared = decision === null && isAsked ? null : isAsked && isPaired;
  const summary = isAsked ? gate.summary : `${gate.summary} ${COMPARED_OLDER}`;
  return { test: { ...test, compared }, gate: { ...gate, summary } };
}

const COMPARED_OLDER = `It compared older values: the policy has no test on the window that triggered the round (evaluation: ${TRIGGER_WINDOW}).`;
