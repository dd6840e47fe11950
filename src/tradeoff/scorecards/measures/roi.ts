import { decimal, decimalString } from '../../../platform/units/index.ts';
import type { Payback } from '../../returns/schema.ts';
import { isWhole, type RangeFigures, sumCost } from './cost.ts';
import type { RoiMeasure } from './schema.ts';
import { computeTrend } from './trend.ts';

const PLACES = 6;

const NO_PAYBACK = {
  ...{ state: 'unknown' as const, date: null, earliest: null, latest: null, since: null },
  ...{ made: null, balance: null, perDay: null, perDayInterval: null },
};

/**
 * Return on the cost of the days: (value - cost) / cost, cost = to make + to run. Unknown where one of them is, or where currencies
 * differ.
 *
 * @example value 300 USD, cost 200 USD -> 0.5
 */
export function buildRoiMeasure(now: RangeFigures, before: RangeFigures): RoiMeasure {
  const figure = computeRoi(now);
  const earlier = computeRoi(before);
  const payback: Payback = now.figures?.payback ?? { ...NO_PAYBACK, reason: now.reason };
  return {
    ...{ value: figure.value, unit: 'ratio', interval: figure.interval, basis: figure.basis },
    window: figure.value === null ? null : (now.figures?.window ?? null),
    reason: figure.reason,
    trend: computeTrend({
      now: figure,
      before: isWhole(before)
        ? earlier
        : { value: null, reason: before.reason ?? `its cost is known from ${before.figures?.window.start} on` },
      window: before.days,
      better: 'higher',
    }),
    target: null,
    ...describeStatus(now, figure, payback),
    ...{ valueAmount: now.figures?.value.total ?? null, cost: figure.cost, net: figure.net, payback },
  };
}

interface Roi extends Pick<RoiMeasure, 'value' | 'interval' | 'basis' | 'cost' | 'net' | 'reason'> {}

function computeRoi(range: RangeFigures): Roi {
  const { figures } = range;
  const unknown = { value: null, interval: null, basis: null, cost: null, net: null };
  if (figures === null) return { ...unknown, reason: range.reason };
  const total = sumCost(range);
  const cost =
    total.value === null || total.currency === null ? null : { amount: total.value, currency: total.currency };
  const { net, value } = figures;
  if (net.amount === null || cost === null) return { ...unknown, cost, reason: net.reason ?? total.reason };
  if (decimal(cost.amount).isZero()) return { ...unknown, cost, net: net.amount, reason: 'the cost is zero' };
  const ratio = (amount: string) => Number(decimal(amount).minus(cost.amount).dividedBy(cost.amount).toFixed(PLACES));
  const earned = value.total === null ? null : decimalString(decimal(net.amount.amount).plus(cost.amount));
  return {
    value: earned === null ? null : ratio(earned),
    interval:
      value.interval === null ? null : { lower: ratio(value.interval.lower), upper: ratio(value.interval.upper) },
    basis: value.source,
    ...{ cost, net: net.amount, reason: total.isLowerBound ? total.reason : null },
  };
}

function describeStatus(
  { figures }: RangeFigures,
  { value, reason }: Roi,
  { state, date }: Payback,
): Pick<RoiMeasure, 'status' | 'statusReason'> {
  if (figures === null || value === null) {
    return { status: 'unknown', statusReason: `Return unknown: ${reason ?? 'no figure'}.` };
  }
  const contribution = figures.contribution.amount;
  if (contribution !== null && decimal(contribution.amount).isNegative()) {
    return { status: 'critical', statusReason: 'The value of the predictions does not cover the cost to run.' };
  }
  if (state === 'paid_back') return { status: 'ok', statusReason: `The cost to make was paid back on ${date}.` };
  if (state === 'projected') {
    return { status: 'ok', statusReason: `The value covers the cost to run; payback is expected on ${date}.` };
  }
  if (value >= 0) return { status: 'ok', statusReason: 'The value covers the cost to make and to run.' };
  return { status: 'warning', statusReason: 'The value covers the cost to run, and no payback can be projected.' };
}
