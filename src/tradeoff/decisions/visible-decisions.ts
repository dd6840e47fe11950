import { hideBudgetAmounts, type IsHiddenBudget, readBudgetOfCheck } from '../gates/index.ts';
import type { DecisionReview } from './reviews/schema.ts';
import type { Decision, DecisionDetail, DecisionReplay } from './schema.ts';

/** A decision for a caller who sees the costs of some teams only: without the amounts of hidden budgets. */
export function limitDecision<Read extends Decision>(decision: Read, isHidden: IsHiddenBudget): Read {
  const review = decision.review === null ? null : limitReview(decision.review, isHidden);
  return { ...hideBudgetAmounts(decision, isHidden), review };
}

/** The same with its evidence, without the sums and digests of bills, which are those of all teams. */
export function limitDecisionDetail(detail: DecisionDetail, isHidden: IsHiddenBudget): DecisionDetail {
  const { evidence, reviews } = detail;
  const budgets = evidence.budgets?.filter(({ budget }) => !isHidden(budget));
  return {
    ...limitDecision(detail, isHidden),
    reviews: reviews.map((review) => limitReview(review, isHidden)),
    evidence: {
      ...evidence,
      ...(budgets === undefined ? {} : { budgets }),
      ...(evidence.bills === undefined ? {} : { bills: [] }),
    },
  };
}

/** A replay without the amounts of hidden budgets and the rows of bills, which are those of all teams. */
export function limitReplay(
  replay: DecisionReplay,
  { model, version, summary }: Pick<Decision, 'model' | 'version' | 'summary'>,
  isHidden: IsHiddenBudget,
): DecisionReplay {
  const { checks } = hideBudgetAmounts({ ...replay, model, version, summary }, isHidden);
  return { ...replay, checks, bills: [] };
}

const HIDDEN_SUMMARY = 'A check of a budget outside of your teams changed, so that the summary is not shown.';

function limitReview(review: DecisionReview, isHidden: IsHiddenBudget): DecisionReview {
  const isOfHidden = (name: string) => {
    const budget = readBudgetOfCheck(name);
    return budget !== null && isHidden(budget);
  };
  const changedChecks = review.changedChecks.filter(({ name }) => !isOfHidden(name));
  if (changedChecks.length === review.changedChecks.length) return review;
  const isAtStakeHidden = review.atStake !== null && isOfHidden(review.atStake.check);
  return {
    ...review,
    changedChecks,
    summary: HIDDEN_SUMMARY,
    ...(isAtStakeHidden ? { atStake: null, atStakeReason: HIDDEN_SUMMARY } : {}),
  };
}
