import { z } from 'zod';
import type { JobContext } from '../../../platform/jobs/index.ts';
import { deliver, Notice } from '../../../platform/notices/index.ts';
import { NotifyTarget } from '../../../platform/notices/schema.ts';
import type { Sql } from '../../../platform/store/index.ts';
import { formatMoneyText } from '../../../platform/units/index.ts';
import type { RecommendationDeps } from '../context.ts';
import type { Recommendation } from '../schema.ts';

export const TELL = 'idle_policies.tell';
/** With growing pauses these tries take ten minutes. */
const TRIES = 8;

const Telling = z.strictObject({ notice: Notice, target: NotifyTarget });

/** Sends a notification in a separate job, enqueued in the caller's transaction: exactly one job for each committed notice. */
export async function enqueueNotice(
  { jobs, publicUrl }: Pick<RecommendationDeps, 'jobs' | 'publicUrl'>,
  sql: Sql,
  document: Recommendation,
  target: NotifyTarget,
): Promise<void> {
  const payload = { notice: buildNotice(document, publicUrl), target };
  await jobs.enqueue(sql, { kind: TELL, payload });
}

export function registerTelling(deps: RecommendationDeps): void {
  deps.jobs.register(TELL, {
    maxAttempts: TRIES,
    handler: (payload, context) => deliverNotice(deps, Telling.parse(payload), context),
  });
}

async function deliverNotice(
  deps: RecommendationDeps,
  { notice, target }: z.infer<typeof Telling>,
  { signal }: JobContext,
): Promise<void> {
  const refusal = await deliver(deps, notice, target, signal);
  if (refusal !== null)
    deps.log.warn({ notice: notice.id, why: refusal }, 'a notice of an idle policy could not be delivered');
}

function buildNotice(
  { recommendation, title, what, saving, risk, notice }: Recommendation,
  publicUrl: string | null,
): Notice {
  if (notice === null) throw new Error('a recommendation without a notice');
  const { policy, noticedAt, actsAt, isDryRun } = notice;
  const money = saving.monthly === null ? `not known: ${saving.reason}` : formatMoneyText(saving.monthly);
  const line = isDryRun
    ? `${title}: dry run, the action would run at ${actsAt}.`
    : `${title}: the action runs at ${actsAt} unless the resource is kept.`;
  const page = publicUrl === null ? null : `${publicUrl.replace(/\/$/, '')}/recommendations/${recommendation}`;
  const id = `idle:${recommendation}:${noticedAt}`;
  return {
    id,
    title: line,
    text: [
      line,
      `Resource: ${what}. Saving a month: ${money}.`,
      risk.text,
      ...(page === null ? [] : [`Keep it for 4, 8 or 24 hours: ${page}`]),
      `Command: steelyard recommend keep ${recommendation} --hours 4`,
      `Sent by the idle policy ${policy}.`,
    ].join('\n'),
    event: {
      specversion: '1.0',
      id,
      source: `/api/v1/recommendations/${recommendation}`,
      type: 'steelyard.recommendation.noticed',
      subject: recommendation,
      time: noticedAt,
      datacontenttype: 'application/json',
      data: { recommendation, title, what, saving, policy, actsAt, isDryRun, links: { page } },
    },
  };
}
