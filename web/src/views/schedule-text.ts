import type { SendInterval, ViewSchedule } from '../../../src/tradeoff/view-schedules/schema.ts';

const ADVERBS: Readonly<Record<SendInterval, string>> = { day: 'daily', week: 'weekly', month: 'monthly' };

/** Example: `sent weekly to finance-mail`, `paused`. */
export function describeSchedule({
  every,
  channel,
  paused,
}: Pick<ViewSchedule, 'every' | 'channel' | 'paused'>): string {
  return paused ? `sending to ${channel} is paused` : `sent ${ADVERBS[every]} to ${channel}`;
}

/** Result of the last message in words. Example: `Delivered`, `Not sent`. */
export function describeDelivery({ state, error }: NonNullable<ViewSchedule['last']>): string {
  if (state === null) return error === null ? 'Sent; the log no longer has the result' : 'Not sent';
  return {
    waiting: 'On its way',
    retrying: 'Failed, retry follows',
    delivered: 'Delivered',
    failed: 'Failed',
    digested: 'Sent in a digest',
  }[state];
}

/** The dates that a message has. */
export const PERIODS: Readonly<Record<SendInterval, string>> = {
  day: 'The month to date against the same days of the month before.',
  week: 'The last whole week, Monday to Sunday, against the week before.',
  month: 'The last whole month against the month before.',
};
