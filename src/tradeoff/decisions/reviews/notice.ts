import type { Mail } from '../../../platform/mail/index.ts';
import type { Notice } from '../../../platform/notices/index.ts';
import type { NotifyTarget } from '../../../platform/notices/schema.ts';
import { hasRoute, notify, notifyRoutes } from '../../../platform/notification-routes/index.ts';
import type { Sql } from '../../../platform/store/index.ts';
import type { Log } from '../../../platform/telemetry/index.ts';
import { formatInstantText, formatMoneyText } from '../../../platform/units/index.ts';
import type { TakenRecord } from '../schema.ts';
import type { DecisionReview } from './schema.ts';

/** Owner of the model of a decision. */
export interface ModelOwner {
  readonly team: string;
  /** E-mail address; null when the team has none. */
  readonly email: string | null;
}

export interface ReviewNoticeDeps {
  readonly log: Log;
  /** Null where no SMTP server is configured: the owner gets no mail. */
  readonly mail: Mail | null;
  readonly publicUrl: string | null;
  readonly ownerOf: (sql: Sql, model: string) => Promise<ModelOwner | null>;
}

/** Files the notice of a review for the owner of the model and for the notification routes, in the transaction of the review. */
export async function fileReviewNotice(
  deps: ReviewNoticeDeps,
  sql: Sql,
  {
    decision,
    review,
    owner,
  }: { readonly decision: TakenRecord; readonly review: DecisionReview; readonly owner: ModelOwner | null },
): Promise<void> {
  if (review.status === 'same') return;
  const targets: NotifyTarget[] = deps.mail === null || owner?.email == null ? [] : [{ email: { to: owner.email } }];
  await notify(
    sql,
    {
      ...{
        topic: 'decision',
        severity: 'warning',
        teams: owner === null ? [] : [owner.team],
        models: [decision.model],
      },
      ...{ subject: `decision/${decision.decision}`, at: review.at },
      notice: { ...buildReviewNotice(decision, review, deps.publicUrl), link: `/decisions/${decision.decision}` },
    },
    { document: `Model/${decision.model}`, targets },
  );
}

/** Files the notice of a new decision for the notification routes, in the transaction of the decision. */
export async function fileDecisionNotice(
  deps: Pick<ReviewNoticeDeps, 'ownerOf'>,
  sql: Sql,
  { decision, at, model, version, verdict, policy, summary, actor }: TakenRecord,
): Promise<void> {
  if (!(await hasRoute(sql, 'decision'))) return;
  const owner = await deps.ownerOf(sql, model);
  const title = `Decision on ${model} version ${version}: ${verdict}`;
  const id = `decision:${decision}`;
  const event = {
    ...{ specversion: '1.0', id, source: `/api/v1/decisions/${decision}`, type: 'steelyard.decision.taken' },
    ...{ subject: decision, time: at, datacontenttype: 'application/json' },
    data: { decision, model, version, verdict, policy },
  };
  const text = [title, summary, `By ${actor}, policy ${policy}.`, `steelyard decision show ${decision}`].join('\n');
  await notifyRoutes(sql, {
    ...{ topic: 'decision', severity: 'info', teams: owner === null ? [] : [owner.team], models: [model] },
    ...{ subject: `decision/${decision}`, at, notice: { id, title, text, event, link: `/decisions/${decision}` } },
  });
}

function buildReviewNotice(decision: TakenRecord, review: DecisionReview, publicUrl: string | null): Notice {
  const { model, version, verdict, at, actor } = decision;
  const title = `Decision on ${model} version ${version}: ${review.summary}`;
  const page = publicUrl === null ? [] : [`${publicUrl.replace(/\/$/, '')}/decisions/${decision.decision}`];
  const stake =
    review.atStake === null
      ? `Money at stake a month: unknown, ${review.atStakeReason ?? 'not computed'}.`
      : `Headroom a month changed by ${formatMoneyText(review.atStake)} (${review.atStake.check}).`;
  const text = [
    title,
    `Recorded: ${verdict}, ${formatInstantText(at)}, by ${actor}.`,
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
