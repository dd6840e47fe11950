import type { Notice } from '../../../platform/notices/index.ts';
import { decimal, formatDayText, formatMoneyText, formatRangeText } from '../../../platform/units/index.ts';
import type { Anomaly } from '../schema.ts';

interface Announcement {
  readonly subscription: string;
  readonly anomaly: Anomaly;
  /** Other anomalies of the same days and owner, included in the notification. */
  readonly related: readonly Anomaly[];
  readonly at: string;
  /** Address of the web app for users; null if not configured. */
  readonly publicUrl: string | null;
  /** Whether a notice was sent before and was withdrawn since. */
  readonly isAgain: boolean;
}

/** As every target takes it: a CloudEvent 1.0 of type `steelyard.anomaly.opened`, fixed when it was noticed. */
export function buildNotice({ subscription, anomaly, related, at, publicUrl, isAgain }: Announcement): Notice {
  const id = `anomaly:${anomaly.id}:${subscription}${isAgain ? `:${at}` : ''}`;
  const title = `Anomaly: ${anomaly.sentence}`;
  const event = buildEvent(id, 'steelyard.anomaly.opened', anomaly, at, { subscription, anomaly, related });
  return { id, title, text: buildNoticeText(title, anomaly, related, publicUrl), event };
}

/** A CloudEvent of type `steelyard.anomaly.withdrawn`, for a subscription that was notified of the anomaly. */
export function buildWithdrawalNotice({
  subscription,
  anomaly,
  at,
  publicUrl,
}: Pick<Announcement, 'subscription' | 'anomaly' | 'at' | 'publicUrl'>): Notice {
  const id = `anomaly:${anomaly.id}:${subscription}:withdrawn:${at}`;
  const title = `Anomaly withdrawn: ${anomaly.sentence}`;
  const { start, end } = anomaly;
  const text = [
    title,
    `Days: ${formatRangeText(start, end)}. Later bills do not show it, and it is not counted.`,
    ...buildPageLines(anomaly, publicUrl),
  ].join('\n');
  return {
    id,
    title,
    text,
    event: buildEvent(id, 'steelyard.anomaly.withdrawn', anomaly, at, { subscription, anomaly }),
  };
}

function buildEvent(
  id: string,
  type: string,
  anomaly: Anomaly,
  at: string,
  data: Readonly<Record<string, unknown>>,
): Notice['event'] {
  return {
    specversion: '1.0',
    id,
    source: `/api/v1/anomalies/${anomaly.id}`,
    type,
    subject: anomaly.id,
    time: at,
    datacontenttype: 'application/json',
    data,
  };
}

function buildPageLines({ id }: Anomaly, publicUrl: string | null): string[] {
  return publicUrl === null ? [] : [`${publicUrl.replace(/\/$/, '')}/anomalies/${id}`];
}

function buildNoticeText(
  title: string,
  anomaly: Anomaly,
  related: readonly Anomaly[],
  publicUrl: string | null,
): string {
  const { id, start, end, state } = anomaly;
  const days = state === 'open' ? `Open since ${formatDayText(start)}.` : `Days: ${formatRangeText(start, end)}.`;
  return [
    title,
    [formatImpact(anomaly), days].filter((line) => line !== null).join(' '),
    ...related.map(({ sentence }) => `Likely of the same cause: ${sentence}`),
    ...buildPageLines(anomaly, publicUrl),
    `Was it expected? steelyard anomaly feedback ${id} expected`,
  ].join('\n');
}

function formatImpact({ impact, currency, direction }: Anomaly): string | null {
  if (impact === null || currency === null) return null;
  return `${formatMoneyText({ amount: decimal(impact).abs().toFixed(2), currency })} ${direction === 'over' ? 'more' : 'less'} than expected.`;
}
