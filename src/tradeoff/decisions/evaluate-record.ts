import { AppError } from '../../platform/errors/index.ts';
import { evaluatePolicy } from '../gates/index.ts';
import type { TakenRecord } from './schema.ts';

/**
 * Evaluates the recorded policy on the recorded evidence of a decision. Pure.
 * Error: `evidence_not_kept` for a decision with a budget rule from before remaining budgets were stored.
 */
export function evaluateRecord(decision: TakenRecord): ReturnType<typeof evaluatePolicy> {
  const { policy, candidate, champion } = decision.evidence;
  return evaluatePolicy({ policy: policy.spec, candidate, champion, budgets: readKeptBudgets(decision) });
}

function readKeptBudgets({ decision, evidence }: TakenRecord) {
  const needsBudgets = evidence.policy.spec.cost.some(({ measure }) => measure === 'budget');
  if (evidence.budgets === undefined && needsBudgets) {
    const detail = `${decision} has no recorded budgets, so it cannot be replayed. Its checks state the figures.`;
    throw new AppError('evidence_not_kept', detail, { decision });
  }
  return new Map((evidence.budgets ?? []).map(({ budget, ...left }) => [budget, left]));
}
