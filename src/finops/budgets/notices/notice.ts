import { z } from 'zod';
import type { Notice as Told } from '../../../platform/notices/index.ts';
import { decimal, decimalString } from '../../../platform/units/index.ts';
import { UtcInstant } from '../../../platform/units/schema.ts';
import { Budget } from '../schema.ts';

/** What is told of a budget, fixed when it was noticed: every try says the same. */
export const Notice = z.strictObject({
  /** The same at every try, for receivers that want each once. */
  id: z.string(),
  threshold: z.string(),
  at: UtcInstant,
  budget: Budget,
});
export type Notice = z.infer<typeof Notice>;

const KINDS: Readonly<Record<string, string>> = { exhausted: 'exhausted', stopped: 'stopped' };

/** As every target takes it. */
export function toldOf(notice: Notice): Told {
  return { id: notice.id, title: noticeTitle(notice), text: noticeText(notice), event: cloudEvent(notice) };
}

/** A CloudEvent 1.0 of type `steelyard.budget.warned`, `.exhausted` or `.stopped`. */
function cloudEvent({ id, threshold, at, budget }: Notice): Told['event'] {
  return {
    specversion: '1.0',
    id,
    source: `/api/v1/budgets/${budget.name}`,
    type: `steelyard.budget.${KINDS[threshold] ?? 'warned'}`,
    subject: budget.name,
    time: at,
    datacontenttype: 'application/json',
    data: { threshold, budget },
  };
}

/** `Budget recs has reached 80 % of its limit.` */
function noticeTitle({ threshold, budget: { name } }: Notice): string {
  if (threshold === 'exhausted') return `Budget ${name} has nothing left: what is not spent is reserved.`;
  if (threshold === 'stopped') return `Budget ${name} has stopped work.`;
  return `Budget ${name} has reached ${decimalString(decimal(threshold).times(100))} % of its limit.`;
}

/** The title, and where the budget stands, in plain text. */
function noticeText(notice: Notice): string {
  const { limit, spent, reserved, remaining, forecast, period } = notice.budget;
  const money = (amount: string | undefined) => (amount === undefined ? 'not known' : `${amount} ${limit.currency}`);
  return [
    noticeTitle(notice),
    `${money(spent?.amount)} of ${money(limit.amount)} is spent, ${money(reserved.amount)} reserved, ${money(remaining ?? undefined)} left.`,
    ...(forecast === null ? [] : [`At an even burn it will be ${money(forecast.amount)}.`]),
    `Its window: ${period.start} to ${period.end}.`,
  ].join('\n');
}
