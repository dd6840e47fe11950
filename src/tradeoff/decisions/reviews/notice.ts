import { z } from 'zod';
import type { Jobs } from '../../../platform/jobs/index.ts';
import { type DeliverDeps, deliver, Notice } from '../../../platform/notices/index.ts';
import { NotifyTarget } from '../../../platform/notices/schema.ts';
import type { Sql } from '../../../platform/store/index.ts';
import type { Log } from '../../../platform/telemetry/index.ts';
import type { TakenRecord } from '../schema.ts';
import type { DecisionReview } from './schema.ts';

/** Owner of the model of a decision. */
export interface ModelOwner {
  readonly team: string;
  /** E-mail address; null when the team has none. */
  readonly email: string | null;
}

export interface ReviewNoticeDeps extends DeliverDeps {
  readonly log: Log;
  readonly publicUrl: string | null;
  readonly ownerOf: (sql: Sql, model: string) => Promise<ModelOwner | null>;
}

/** Job that tells the owner of a model about a review. */
const TELL = 'decisions.tell';
/** With growing pauses these tries take ten minutes: a receiver that restarts misses nothing. */
const TRIES = 8;
const NoticeJob = z.strictObject({ notice: Notice, target: NotifyTarget });

export function registerReviewNotices(deps: ReviewNoticeDeps, jobs: Pick<Jobs, 'register'>): void {
  jobs.register(TELL, {
    maxAttempts: TRIES,
    handler: async (payload, { signal }) => {
      const { notice, target } = NoticeJob.parse(payload);
      const refusal = await deliver(deps, notice, target, signal);
      if (refusal !== null)
        deps.log.warn({ notice: notice.id, why: refusal }, 'the notice of a review was not delivered');
    },
  });
}

/** Enqueues the notice of a review for the owner, in the transaction of the review. Nothing is enqueued without mail or an address. */
export async function enqueueReviewNotice(
  deps: ReviewNoticeDeps & { readonly jobs: Pick<Jobs, 'enqueue'> },
  sql: Sql,
  {
    decision,
    review,
    owner,
  }: { readonly decision: TakenRecord; readonly review: DecisionReview; readonly owner: ModelOwner | null },
): Promise<void> {
  if (review.status === 'same' || deps.mail === null || owner?.email == null) return;
  const notice = buildReviewNotice(decision, review, deps.publicUrl);
  const target: NotifyTarget = { email: { to: owner.email } };
  await deps.jobs.enqueue(sql, { kind: TELL, payload: { notice, target } });
}

function buildReviewNotice(decision: TakenRecord, review: DecisionReview, publicUrl: string | null): Notice {
  const { model, version, verdict, at, actor } = decision;
  const title = `Decision on ${model} version ${version}: ${review.summary}`;
  const page = publicUrl === null ? [] : [`${publicUrl.replace(/\/$/, '')}/decisions/${decision.decision}`];
  const stake =
    review.atStake === null
      ? `Money at stake a month: unknown, ${review.atStakeReason ?? 'not computed'}.`
      : `Headroom a month changed by ${review.atStake.amount} ${review.atStake.currency} (${review.atStake.check}).`;
  const text = [
    title,
    `Recorded: ${verdict}, ${at}, by ${actor}.`,
    ...review.causes.map((cause) => `Cause: ${cause.text}.`),
    stake,
    `steelyard decision show ${decision.decision}`,
    ...page,
  ].join('\n');
  const id = `decision-review:${review.review}`;
  const event = {
    ...{
      specversion: '1.0',
      id,
      source: `/api/v1/decisions/${decision.decision}`,
      type: 'steelyard.decision.reviewed',
    },
    ...{
      subject: decision.decision,
      time: review.at,
      datacontenttype: 'application/json',
      data: { model, version, review },
    },
  };
  return { id, title, text, event };
}
