import type { Notice } from '../../../platform/notices/index.ts';
import type { Anomaly } from '../ledger/schema.ts';

interface Telling {
  readonly subscription: string;
  readonly anomaly: Anomaly;
  /** Of the same days and owner, told with it. */
  readonly related: readonly Anomaly[];
  readonly at: string;
  /** Where people open the web app; null when that is not configured. */
  readonly publicUrl: string | null;
}

/** As every target takes it: a CloudEvent 1.0 of type `steelyard.anomaly.opened`, fixed when it was noticed. */
export function noticeOf({ subscription, anomaly, related, at, publicUrl }: Telling): Notice {
  const id = `anomaly:${anomaly.id}:${subscription}`;
  const title = `Anomaly: ${anomaly.sentence}`;
  return {
    id,
    title,
    text: textOf(title, anomaly, related, publicUrl),
    event: {
      specversion: '1.0',
      id,
      source: `/api/v1/anomalies/${anomaly.id}`,
      type: 'steelyard.anomaly.opened',
      subject: anomaly.id,
      time: at,
      datacontenttype: 'application/json',
      data: { subscription, anomaly, related },
    },
  };
}

function textOf(title: string, anomaly: Anomaly, related: readonly Anomaly[], publicUrl: string | null): string {
  const { id, start, end, state } = anomaly;
  const days = state === 'open' ? `It goes on since ${start}.` : `Its days: ${start} to ${end}.`;
  const page = publicUrl === null ? [] : [`${publicUrl.replace(/\/$/, '')}/anomalies/${id}`];
  return [
    title,
    [moneyOf(anomaly), days].filter((line) => line !== null).join(' '),
    ...related.map(({ sentence }) => `Likely of the same cause: ${sentence}`),
    ...page,
    `Was it expected? steelyard anomaly feedback ${id} expected`,
  ].join('\n');
}

function moneyOf({ impact, currency, direction }: Anomaly): string | null {
  if (impact === null || currency === null) return null;
  return `${Number(impact.replace('-', '')).toFixed(2)} ${currency} ${direction === 'over' ? 'more' : 'less'} than expected.`;
}
