import { hideBudgetText, type IsHiddenBudget } from '../gates/index.ts';
import type { Retraining, RetrainingRound, RetrainingRoundSummary } from './schema.ts';

/** A round, or its summary, without texts about budgets that are hidden from the caller. */
export function limitRoundSummary<Round extends Pick<RetrainingRoundSummary, 'reason'>>(
  round: Round,
  isHidden: IsHiddenBudget,
): Round {
  return { ...round, reason: round.reason === null ? null : hideBudgetText(round.reason, isHidden) };
}

/** The same with its evidence: the remaining amount of a hidden budget is unknown to the caller. */
export function limitRound(round: RetrainingRound, isHidden: IsHiddenBudget): RetrainingRound {
  const { gate, worth, timeline } = round;
  const hide = (text: string) => hideBudgetText(text, isHidden);
  return {
    ...limitRoundSummary(round, isHidden),
    gate: gate === null ? null : { ...gate, summary: hide(gate.summary), checks: gate.checks.map(hide) },
    worth:
      worth === null
        ? null
        : {
            ...worth,
            reason: hide(worth.reason),
            budget:
              worth.budget !== null && isHidden(worth.budget.name)
                ? { ...worth.budget, remaining: null }
                : worth.budget,
          },
    timeline: timeline.map((event) => ({ ...event, text: hide(event.text) })),
  };
}

/** A retraining with its latest round. */
export function limitRetraining<Shown extends Retraining>(retraining: Shown, isHidden: IsHiddenBudget): Shown {
  const { lastRound } = retraining;
  return { ...retraining, lastRound: lastRound === null ? null : limitRoundSummary(lastRound, isHidden) };
}
