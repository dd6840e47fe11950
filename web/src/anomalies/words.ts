import type { Anomaly, AnomalyList, AnomalySlice, AnomalyVerdict } from '../../../src/finops/anomalies/schema.ts';
import { decimal } from '../../../src/platform/units/schema.ts';
import { formatAbout } from '../format/money.ts';
import { counted } from '../format/number.ts';
import { shortenNames, shortName } from '../format/short-name.ts';
import { formatDay } from '../format/time.ts';

export const NO_IMPACT = 'No price is known for it, so it has no amount.';

const KINDS: Readonly<Record<Anomaly['kind'], string>> = {
  spike: 'Spike',
  dip: 'Dip',
  level_shift: 'New level',
  zero: 'Missing charge',
};

/** Longest spike or dip, in days; a longer one is a step. */
const SPIKE_DAYS = 3;

/** Kind of an anomaly in words: what lasts longer than three days is a step, not a spike. */
export function kindWord({ kind, days }: Pick<Anomaly, 'kind' | 'days'>): string {
  if (days > SPIKE_DAYS && kind === 'spike') return 'Step up';
  if (days > SPIKE_DAYS && kind === 'dip') return 'Step down';
  return KINDS[kind];
}

export const MEASURES: Readonly<Record<Anomaly['measure'], string>> = {
  cost: 'cost',
  quantity: 'quantity',
  unit_cost: 'unit cost',
  cost_per_1000_predictions: 'cost per 1,000 predictions',
  gpu_idle_cost: 'idle GPU cost',
  gpu_utilization: 'GPU utilization',
};

export const STATES: Readonly<Record<Anomaly['state'], string>> = {
  open: 'Ongoing',
  ended: 'Ended',
  restated: 'Restated',
  withdrawn: 'Withdrawn',
  merged: 'Part of another',
};

/** Label and effect of each verdict, for the feedback dialog. */
export const VERDICTS: Readonly<Record<AnomalyVerdict, { readonly label: string; readonly does: string }>> = {
  expected: {
    label: 'Expected',
    does: 'The new level is normal from now on: no alert for it, and none on that day of later months.',
  },
  planned: {
    label: 'Planned',
    does: 'Known in advance: until the plan ends, it is not counted and sends no alerts.',
  },
  wrong: {
    label: 'Not an anomaly',
    does: 'Raises the alert threshold for this series by 20% (up to 2×).',
  },
};

/** Team and item of a slice: `search · p4d.24xlarge`. The service appears only where no SKU is known. */
export function sliceName(slice: AnomalySlice): string {
  const isSku = ({ dimension }: { readonly dimension: string }) =>
    dimension.startsWith('sku') || dimension === 'chargeDescription';
  const hasSku = slice.some(isSku);
  const hasTeam = slice.some(({ dimension }) => dimension === 'team');
  const named = slice.filter(
    ({ dimension }) => !(dimension === 'serviceName' && hasSku) && !(dimension === 'subAccountId' && hasTeam),
  );
  return named.length === 0 ? 'Everything' : named.map(({ value }) => shortName(value)).join(' · ');
}

/** The amount at the end of the server's title: `: +$162.49 a day`; earlier versions wrote `: +162.49 USD a day`. */
const AMOUNT = /: [+-](?:[^\d\s]|[A-Z_\d]+ )?[\d,.]+(?: [A-Z]{3})? a day$/;

/** Title of an anomaly without its amount: the server's title, otherwise the slice with SKUs as text. */
export function formatTitle({ title, slice }: Pick<Anomaly, 'title' | 'slice'>): string {
  return title === null ? sliceName(slice) : shortenNames(title.replace(AMOUNT, ''));
}

const CHANGE = /\b(?:rose|fell|went|is new|is gone|stood idle)\b.*$/s;
const MISSING = /^(Nothing was charged) for .*(, where .*)$/s;

/** The event without the name, which the title has: "Rose by 19 %, from 71.3 to 84.9 Hours a day; price unchanged." */
export function shortSentence(sentence: string): string {
  const missing = MISSING.exec(sentence);
  const text = missing === null ? (CHANGE.exec(sentence)?.[0] ?? sentence) : `${missing[1]}${missing[2]}`;
  return shortenNames(`${text.charAt(0).toUpperCase()}${text.slice(1)}`);
}

/** True if GPU readings measured it, so that it has no bill row. */
export function isOfGpus({ measure }: Pick<Anomaly, 'measure'>): boolean {
  return measure === 'gpu_idle_cost' || measure === 'gpu_utilization';
}

/**
 * True for measures of the bill: an excess is money spent beyond the expected amount. Other measures describe how well
 * the same money was used.
 */
export function isOfBill({ measure }: Pick<Anomaly, 'measure'>): boolean {
  return measure === 'cost' || measure === 'quantity' || measure === 'unit_cost';
}

/** `5 Nov to 8 Nov`, `since 5 Nov`. */
export function daysText({ start, end, state }: Pick<Anomaly, 'start' | 'end' | 'state'>): string {
  if (state === 'open') return `since ${formatDay(start)}`;
  return start === end ? formatDay(start) : `${formatDay(start)} to ${formatDay(end)}`;
}

/** "3 anomalies (1 open): $4,210 above and $310 below expected in November 2026."; `phrase` is "in November 2026". */
export function anomaliesAnswer(list: AnomalyList, phrase: string): string {
  const { anomalies, totals, judging, minor, minImpactPercent } = list;
  const inRange = ` ${phrase}`;
  if (judging === null) return 'No scan yet.';
  if (totals.length === 0) {
    if (minor > 0 && minor === anomalies.length)
      return `No anomaly of ${minImpactPercent} % of the spend or more${inRange}; ${counted(minor, 'smaller anomaly', 'smaller anomalies')}.`;
    return anomalies.length === 0
      ? `No anomaly${inRange}.`
      : `No anomaly counts${inRange}: of ${counted(anomalies.length, 'anomaly', 'anomalies')}, ${minor} below ${minImpactPercent} % of the spend; the others are answered, restated or withdrawn.`;
  }
  const count = totals.reduce((sum, one) => sum + one.anomalies, 0);
  const open = totals.reduce((sum, one) => sum + one.open, 0);
  const subject = counted(count, 'anomaly', 'anomalies');
  const goOn = open === 0 ? '' : ` (${open} open)`;
  const sides = totals.flatMap(({ currency, over, under }) => {
    const [more, less] = [formatAbout({ amount: over, currency }), formatAbout({ amount: under, currency })];
    if (decimal(over).isZero()) return decimal(under).isZero() ? [] : [`${less} below expected`];
    return decimal(under).isZero() ? [`${more} above expected`] : [`${more} above and ${less} below expected`];
  });
  const wasted = totals.flatMap(({ currency, wasted: amount }) =>
    decimal(amount).isZero() ? [] : [formatAbout({ amount, currency })],
  );
  const use =
    wasted.length === 0
      ? ''
      : `${wasted.join('; ')} of the amount paid bought fewer GPU hours and predictions than usual`;
  if (sides.length === 0) return use === '' ? `${subject}${inRange}.` : `${subject}${goOn}${inRange}: ${use}.`;
  return `${subject}${goOn}: ${sides.join('; ')}${inRange}${use === '' ? '' : `; ${use}`}.`;
}

/** ` Largest: p4d.24xlarge · search, +$12,310.`; nothing for fewer than two amounts, which the sum does not differ from. */
export function largestText({ anomalies }: Pick<AnomalyList, 'anomalies'>): string {
  const counted = anomalies.flatMap((one) =>
    one.counts && isOfBill(one) && one.impact !== null && one.currency !== null
      ? [{ one, money: { amount: one.impact, currency: one.currency } }]
      : [],
  );
  const [largest] = counted.toSorted((a, b) => decimal(b.money.amount).abs().comparedTo(decimal(a.money.amount).abs()));
  if (largest === undefined || counted.length < 2) return '';
  const sign = decimal(largest.money.amount).isPositive() ? '+' : '';
  return ` Largest: ${formatTitle(largest.one)}, ${sign}${formatAbout(largest.money)}.`;
}
