import type { Sql } from '../../platform/store/index.ts';
import { addRestatements } from './restatements.ts';
import { findInForce, findNewestReviews, findReviews, type InForceDeps } from './reviews/index.ts';
import type { DecisionReview } from './reviews/schema.ts';
import type { Decision, DecisionDetail } from './schema.ts';
import type { StoredDecision } from './store.ts';

const REVIEWS_SHOWN = 20;

/** Decisions without their evidence, with later changes: restated bills, the newest review, and whether they are in force. */
export async function addPresentState(
  deps: InForceDeps,
  sql: Sql,
  stored: readonly StoredDecision[],
): Promise<Decision[]> {
  const records = stored.map(({ record }) => record);
  const ids = records.map(({ decision }) => decision);
  const [restated, inForce, reviews] = await Promise.all([
    addRestatements(sql, records),
    findInForce(deps, sql, records),
    findNewestReviews(sql, ids),
  ]);
  return restated.map(({ evidence: _evidence, evidenceSha256: _digest, ...decision }) => {
    const review = reviews.get(decision.decision) ?? null;
    const needsReevaluation = decision.needsReevaluation && !isConfirmed(decision.restatedBy, review);
    return { ...decision, needsReevaluation, isInForce: inForce.has(decision.decision), review };
  });
}

/** Whether a review after the last restatement came to the same verdict. */
function isConfirmed(restatedBy: Decision['restatedBy'], review: DecisionReview | null): boolean {
  return review?.status === 'same' && restatedBy.every(({ at }) => at <= review.at);
}

/** One decision with its evidence, its place in the chain and its reviews. */
export async function readDecisionDetail(deps: InForceDeps, sql: Sql, stored: StoredDecision): Promise<DecisionDetail> {
  const { record, link } = stored;
  const [present] = await addPresentState(deps, sql, [stored]);
  const reviews = await findReviews(sql, record.decision, REVIEWS_SHOWN);
  const fallback = { restatedBy: [], needsReevaluation: false, isInForce: false };
  return { ...record, ...(present ?? fallback), review: reviews[0] ?? null, reviews, chain: link };
}
