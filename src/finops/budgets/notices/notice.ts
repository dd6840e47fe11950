import { z } from 'zod';
import type { Notice as Told } from '../../../platform/notices/index.ts';
import {
  decimal,
  decimalString,
  formatDayText,
  formatInstantText,
  formatMoneyText,
} from '../../../platform/units/index.ts';
import { UtcInstant } from '../../../platform/units/schema.ts';
import { Budget } from '../schema.ts';
import { ExpectedBreach } from './expected-breach.ts';
import { FORECAST } from './thresholds.ts';

/** Content of a budget notification. It is fixed when the threshold is crossed, so every retry sends the same content. */
export const Notice = z.strictObject({
  /** The same in every retry, so that receivers can deduplicate. */
  id: z.string(),
  threshold: z.string(),
  at: UtcInstant,
  budget: Budget,
  /** The forecast that crossed the threshold; null for other thresholds. */
  expected: ExpectedBreach.nullable().default(null),
});
export type Notice = z.infer<typeof Notice>;

const KINDS: Readonly<Record<string, string>> = { exhausted: 'exhausted', stopped: 'stopped' };

/** As every target takes it. */
export function buildBudgetNotice(notice: Notice): Told {
  return {
    id: notice.id,
    title: buildNoticeTitle(notice),
    text: buildNoticeText(notice),
    event: buildCloudEvent(notice),
    link: `/budgets/${encodeURIComponent(notice.budget.name)}`,
  };
}

/** A CloudEvent 1.0 of type `steelyard.budget.warned`, `.forecast`, `.exhausted` or `.stopped`. */
function buildCloudEvent({ id, threshold, at, budget, expected }: Notice): Told['event'] {
  const kind = threshold.startsWith(FORECAST) ? 'forecast' : (KINDS[threshold] ?? 'warned');
  return {
    specversion: '1.0',
    id,
    source: `/api/v1/budgets/${budget.name}`,
    type: `steelyard.budget.${kind}`,
    subject: budget.name,
    time: at,
    datacontenttype: 'application/json',
    data: expected === null ? { threshold, budget } : { threshold, budget, forecast: expected },
  };
}

/** `Budget recs has reached 80 % of its limit.` */
function buildNoticeTitle({ threshold, expected, budget: { name } }: Notice): string {
  if (threshold.startsWith(FORECAST) && expected !== null) {
    const about = expected.day === null ? '' : `, about ${formatDayText(expected.day)}`;
    return `Budget ${name} is forecast to be passed: ${Math.floor(expected.probability * 100)} % probable${about}.`;
  }
  if (threshold === 'exhausted') return `Budget ${name} is exhausted: the unspent amount is reserved.`;
  if (threshold === 'stopped') return `Budget ${name} has stopped work.`;
  return `Budget ${name} has reached ${decimalString(decimal(threshold).times(100))} % of its limit.`;
}

/** Plain text with the title and the status of the budget. */
function buildNoticeText(notice: Notice): string {
  const { limit, spent, reserved, remaining, forecast, forecastBasis, period } = notice.budget;
  const { expected } = notice;
  const money = (amount: string | undefined) =>
    amount === undefined ? 'not known' : formatMoneyText({ amount, currency: limit.currency });
  return [
    buildNoticeTitle(notice),
    `${money(spent?.amount)} of ${money(limit.amount)} is spent, ${money(reserved.amount)} reserved, ${money(remaining ?? undefined)} left.`,
    ...(expected === null
      ? forecastText(forecast === null ? null : money(forecast.amount), forecastBasis)
      : [`Forecast: ${money(expected.mean)} (${money(expected.lo80)} to ${money(expected.hi80)} in 80 of 100 cases).`]),
    `Its window: ${formatInstantText(period.start)} to ${formatInstantText(period.end)}.`,
  ].join('\n');
}

function forecastText(amount: string | null, basis: Budget['forecastBasis']): string[] {
  if (amount === null) return [];
  return [basis === 'forecast' ? `Forecast: ${amount}.` : `Projected: ${amount}.`];
}
