import { z } from 'zod';
import type { Events, StoredEvent } from '../../../platform/events/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { ManifestKind } from '../../../platform/manifests/index.ts';
import type { Sql } from '../../../platform/store/index.ts';
import { DAY_MS } from '../../../platform/units/durations.ts';
import { findPolicies } from '../../gates/index.ts';
import { POLICY_CHANGED, readChanges } from './causes.ts';
import { createMaturedLook, type MaturedLookDeps } from './matured-look.ts';
import { lookAtQuality, type QualityLookDeps } from './quality-look.ts';
import { type ReviewDeps, reviewDueChanges } from './run-reviews.ts';
import { findByBasis, insertChanges, removeJudgedChanges } from './store.ts';

export { BILL_EVENTS, BillChanged, CAUSE_EVENTS, formatUnit } from './causes.ts';
export { findInForce, type InForceDeps } from './in-force.ts';
export { judgeOnPresentEvidence, type PresentJudgement } from './judge.ts';
export { fileDecisionNotice } from './notice.ts';
export { stampQuality } from './quality-look.ts';
export type { ReviewDeps } from './run-reviews.ts';
export type ReviewScheduleDeps = ReviewDeps & QualityLookDeps & MaturedLookDeps;
export { findNewestReviews, findReviews } from './store.ts';

const REVIEW = 'decisions.review';
const LOOK = 'decisions.look';
const LOOK_AT_MATURED = 'decisions.look_at_matured';
const EVERY_TEN_MINUTES = '*/10 * * * *';
const EVERY_MINUTE = '* * * * *';
/** An event is delivered again within days at most. */
const CHANGES_KEPT_MS = 30 * DAY_MS;
/** Changes of this time are judged together: a delivery of 1,000 changes judges a decision once. */
const DEBOUNCE_MS = 1_000;

/** Registers the jobs that judge decisions again: soon after a change, and looks at the quality evidence and at matured evidence. */
export function scheduleReviews(deps: ReviewScheduleDeps, jobs: Pick<Jobs, 'register' | 'schedule'>): void {
  jobs.register(REVIEW, { handler: (_payload, { signal }) => reviewDueChanges(deps, signal) });
  jobs.register(LOOK, {
    handler: async (_payload, { signal }) => {
      await lookAtQuality(deps, signal);
      await reviewDueChanges(deps, signal);
      await removeJudgedChanges(deps.store, new Date(deps.clock.now() - CHANGES_KEPT_MS).toISOString());
    },
  });
  const lookAtMatured = createMaturedLook(deps);
  jobs.register(LOOK_AT_MATURED, { handler: (_payload, { signal }) => lookAtMatured(signal) });
  jobs.schedule(LOOK_AT_MATURED, EVERY_TEN_MINUTES, { kind: LOOK_AT_MATURED, payload: null });
  jobs.schedule(LOOK, EVERY_MINUTE, { kind: LOOK, payload: null });
}

/** Keeps the changes of an event and enqueues the reviews, in the caller's transaction. */
export async function receiveChange(
  { clock, jobs }: Pick<ReviewDeps, 'clock' | 'jobs'>,
  sql: Sql,
  event: StoredEvent,
): Promise<void> {
  const changes = readChanges(event);
  const runs = changes.flatMap((change) => (change.kind === 'runCost' ? [change.run] : []));
  // Most runs belong to no decision.
  if (runs.length > 0 && (await findByBasis(sql, 'run', runs)).length === 0) return;
  if (changes.length === 0) return;
  await insertChanges(sql, event.sequence, changes);
  // One job for each interval and not one in all: a job that is about to end would not see these changes.
  const interval = Math.floor(clock.now() / DEBOUNCE_MS) + 1;
  const runAt = new Date(interval * DEBOUNCE_MS).toISOString();
  await jobs.enqueue(sql, { kind: REVIEW, payload: null, runAt, uniqueKey: `${REVIEW}:${interval}` });
}

const PolicyDocument = z.object({ metadata: z.object({ name: z.string() }) });

/** The same kind of document, which also appends `policy.changed` when its specification changes. */
export function announcePolicyChanges(kind: ManifestKind, events: Pick<Events, 'append'>): ManifestKind {
  return {
    ...kind,
    async apply(sql, document) {
      const outcome = await kind.apply(sql, document);
      if (outcome !== 'changed') return outcome;
      const { metadata } = PolicyDocument.parse(document);
      const [policy] = await findPolicies(sql, metadata.name);
      if (policy === undefined) return outcome;
      const payload = { policy: policy.name, policyVersion: policy.policyVersion };
      await events.append(sql, { type: POLICY_CHANGED, subject: `policy:${policy.name}`, payload });
      return outcome;
    },
  };
}
