import type { Notice } from '../../../platform/notices/index.ts';
import { notify, type OwnTargets } from '../../../platform/notification-routes/index.ts';
import type { Sql } from '../../../platform/store/index.ts';
import { formatInstantText, formatMoneyText } from '../../../platform/units/index.ts';
import type { RecommendationDeps } from '../context.ts';
import type { Recommendation } from '../schema.ts';

/** Files the notice of an idle resource for its policy's recipients and for the notification routes, in the caller's transaction. */
export async function fileIdleNotice(
  { publicUrl, org }: Pick<RecommendationDeps, 'publicUrl' | 'org'>,
  sql: Sql,
  document: Recommendation,
  own: OwnTargets,
): Promise<void> {
  const { recommendation, subject, saving, notice } = document;
  if (notice === null) throw new Error('a recommendation without a notice');
  const { team, project, model, endpoint } = await org.withTeam(sql, subject);
  const list = (value: string | undefined) => (value === undefined ? [] : [value]);
  await notify(
    sql,
    {
      ...{ topic: 'idle', severity: notice.isDryRun ? 'info' : 'warning', at: notice.noticedAt },
      ...{ teams: list(team), projects: list(project), models: list(model), endpoints: list(endpoint) },
      subject: `recommendation/${recommendation}`,
      ...{ about: { kind: 'recommendation', id: recommendation }, impact: saving.monthly },
      notice: { ...buildNotice(document, publicUrl), link: `/recommendations/${recommendation}` },
    },
    own,
  );
}

function buildNotice(
  { recommendation, title, what, saving, risk, notice }: Recommendation,
  publicUrl: string | null,
): Notice {
  if (notice === null) throw new Error('a recommendation without a notice');
  const { policy, noticedAt, actsAt, isDryRun } = notice;
  const money = saving.monthly === null ? `not known: ${saving.reason}` : formatMoneyText(saving.monthly);
  const line = isDryRun
    ? `${title}: dry run, the action would run at ${formatInstantText(actsAt)}.`
    : `${title}: the action runs at ${formatInstantText(actsAt)} unless the resource is kept.`;
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
