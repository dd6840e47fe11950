import type { Notice } from '../notices/index.ts';

/** A notice in a digest. */
interface Collected {
  readonly notice_id: string;
  readonly topic: string;
  readonly severity: string;
  readonly title: string;
  readonly notice: string;
}

/**
 * One message of the first notices and the number of the others. `count`: all notices of the digest, at least `listed.length`.
 * `id`: the same at every try.
 */
export function buildDigest(
  id: string,
  {
    route,
    at,
    listed,
    count,
  }: { readonly route: string; readonly at: string; readonly listed: readonly Collected[]; readonly count: number },
): Notice {
  const others = count - listed.length;
  const title = `${count} ${count === 1 ? 'notice' : 'notices'} of Steelyard for ${route}`;
  const lines = listed.map(({ severity, title: line }) => `${severity === 'info' ? '-' : `- [${severity}]`} ${line}`);
  const more = others > 0 ? [`and ${others} more: steelyard notification-route deliveries --route ${route}`] : [];
  const notices = listed.map(({ notice_id, topic, severity, title: line, notice }) => ({
    ...{ id: notice_id, topic, severity, title: line },
    event: (JSON.parse(notice) as Notice).event,
  }));
  return {
    id,
    title,
    text: [title, ...lines, ...more].join('\n'),
    link: `/notification-routes?route=${encodeURIComponent(route)}`,
    event: {
      specversion: '1.0',
      id,
      source: `/api/v1/notification-routes/${route}`,
      type: 'steelyard.notification.digest',
      subject: route,
      time: at,
      datacontenttype: 'application/json',
      data: { count, others, notices },
    },
  };
}
