import {
  decimal,
  decimalString,
  formatDayText,
  formatMoneyText,
  groupThousands,
  type Money,
} from '../../platform/units/index.ts';
import type { CostInterval } from '../unit-cost/schema.ts';
import { type DayRange, hasDays, type MoneySeries, sumDays, toMoney } from './money-series.ts';
import { computePayback, explainNoPayback } from './payback.ts';
import type { CostFigure, ReturnFigures, ReturnSource } from './schema.ts';

export interface CostFacts {
  /** All days up to the end of the window; null: unknown, and `reason` states why. */
  readonly series: MoneySeries | null;
  readonly basis: CostFigure['basis'];
  readonly isLowerBound: boolean;
  readonly reason: string | null;
}

export interface ValueFacts {
  /** All days up to the end of the window; null: unknown, and `reason` states why. */
  readonly series: MoneySeries | null;
  readonly source: ReturnSource | null;
  /** Half of the width of the 95 % interval of the total of the window, in the currency of the series; null: not measured. */
  readonly reach: number | null;
  /** Predictions with an outcome in the window; null: the value is not measured by outcomes. */
  readonly outcomes: number | null;
  /** Labels in the window without a readable amount: in no sum; left out: none. */
  readonly leftOut?: number;
  readonly reason: string | null;
}

export interface ReturnFacts {
  readonly window: DayRange;
  /** First day on which the cost to run is known; null: not known. */
  readonly knownFrom: string | null;
  readonly making: CostFacts;
  readonly running: CostFacts;
  readonly value: ValueFacts;
  /** Why the subject has no payback; null: it can have one. */
  readonly noPayback?: string | null;
}

const PLACES = 20;
const RATIO_PLACES = 6;

/**
 * Figures of one subject over the days of the window on which its cost to run is known: cost to make, cost to run, value,
 * contribution = value - cost to run, net = contribution - cost to make, margin = contribution / value, cost to run per outcome, and
 * payback over all known days. A figure is unknown (null with a reason) where one of its parts is, or where parts are in different
 * currencies.
 *
 * @example cost to make 100 USD, cost to run 40 USD, value 200 USD -> contribution 160 USD, net 60 USD, margin 0.8
 */
export function computeReturn({
  window,
  knownFrom,
  making,
  running,
  value,
  noPayback = null,
}: ReturnFacts): ReturnFigures {
  const days = computeKnownDays(window, knownFrom);
  const cost = { making: toCostFigure(making, window), running: toCostFigure(running, days) };
  const total = sumSeries(value.series, days);
  const { contribution, interval, reason } = subtract(total, cost.running.cost, value, running);
  const net = subtractMoney(contribution, cost.making.cost);
  return {
    window: days,
    ...cost,
    value: {
      total,
      interval: total === null || value.reach === null ? null : widen(total, value.reach),
      source: total === null ? null : value.source,
      outcomes: value.outcomes,
      reason: total === null ? (value.series?.reason ?? value.reason ?? 'no value is known') : null,
    },
    contribution: { amount: contribution, interval, reason },
    net: {
      amount: net,
      reason: net === null ? (reason ?? explainNet(contribution, cost.making)) : null,
    },
    marginRatio: computeMargin(contribution, total),
    costPerOutcome: computeCostPerOutcome(cost.running, value),
    payback:
      noPayback === null
        ? findPayback({ making, running, value }, { start: knownFrom ?? days.start, end: days.end })
        : explainNoPayback(noPayback),
    notes: listNotes(value, { window, days }),
  };
}

/** The days of a window from the first day on that has a known cost; the window itself where that is unknown or later. */
export function computeKnownDays({ start, end }: DayRange, knownFrom: string | null): DayRange {
  return knownFrom !== null && knownFrom > start && knownFrom < end ? { start: knownFrom, end } : { start, end };
}

function toCostFigure({ series, basis, isLowerBound, reason }: CostFacts, days: DayRange): CostFigure {
  const cost = sumSeries(series, days);
  if (cost === null) {
    return { cost, basis: null, isLowerBound: false, reason: series?.reason ?? reason ?? 'no cost is known' };
  }
  return { cost, basis, isLowerBound, reason };
}

/** Sum of a series that has a currency; null without one. */
function sumSeries(series: MoneySeries | null, days: DayRange): Money | null {
  return series === null || series.currency === null ? null : toMoney(sumDays(series, days), series.currency);
}

function subtract(total: Money | null, cost: Money | null, value: ValueFacts, running: CostFacts) {
  const unknown = (reason: string) => ({ contribution: null, interval: null, reason });
  if (total === null) return unknown(`value unknown: ${value.series?.reason ?? value.reason ?? 'no value is known'}`);
  if (cost === null) {
    return unknown(`cost to run unknown: ${running.series?.reason ?? running.reason ?? 'no cost is known'}`);
  }
  const contribution = subtractMoney(total, cost);
  if (contribution === null) {
    return unknown(`the value is in ${total.currency}, the cost in ${cost.currency}; choose a reporting currency`);
  }
  return {
    contribution,
    interval: value.reach === null ? null : widen(contribution, value.reach),
    reason: null,
  };
}

/** null where one is unknown or the currencies differ. */
function subtractMoney(one: Money | null, other: Money | null): Money | null {
  if (one === null || other === null || one.currency !== other.currency) return null;
  return toMoney(decimal(one.amount).minus(other.amount), one.currency);
}

function explainNet(contribution: Money | null, making: CostFigure): string {
  if (making.cost === null) return `cost to make unknown: ${making.reason ?? 'no cost is known'}`;
  return `the contribution is in ${contribution?.currency ?? 'another currency'}, the cost to make in ${making.cost.currency}`;
}

function widen({ amount }: Money, reach: number): CostInterval {
  const half = decimal(String(reach));
  return {
    lower: decimalString(decimal(amount).minus(half)),
    upper: decimalString(decimal(amount).plus(half)),
  };
}

function computeMargin(contribution: Money | null, total: Money | null): number | null {
  if (contribution === null || total === null || decimal(total.amount).lte(0)) return null;
  return decimal(contribution.amount).dividedBy(total.amount).toDecimalPlaces(RATIO_PLACES).toNumber();
}

function computeCostPerOutcome(
  { cost, reason }: CostFigure,
  { outcomes }: ValueFacts,
): ReturnFigures['costPerOutcome'] {
  if (outcomes === null) return { cost: null, reason: 'the value is not measured by outcome events or labels' };
  if (outcomes === 0) return { cost: null, reason: 'no outcome in the window' };
  if (cost === null) return { cost: null, reason: `cost to run unknown: ${reason}` };
  const amount = decimal(cost.amount).dividedBy(outcomes).toDecimalPlaces(PLACES);
  return { cost: toMoney(amount, cost.currency), reason: null };
}

function findPayback(
  { making, running, value }: { readonly making: CostFacts; readonly running: CostFacts; readonly value: ValueFacts },
  known: DayRange,
) {
  const parts = [
    ['cost to make', making],
    ['cost to run', running],
    ['value', value],
  ] as const;
  const series: MoneySeries[] = [];
  for (const [name, part] of parts) {
    if (part.series === null || part.series.currency === null) {
      return explainNoPayback(`${name} unknown: ${part.series?.reason ?? part.reason ?? 'nothing is recorded'}`);
    }
    series.push(part.series);
  }
  const [made, run, earned] = series;
  if (made === undefined || run === undefined || earned === undefined) return explainNoPayback('nothing is recorded');
  const currencies = [...new Set(series.map(({ currency }) => currency))];
  const [currency] = currencies;
  if (currency == null || currencies.length > 1) {
    return explainNoPayback(`cost and value are in ${currencies.join(' and ')}; choose a reporting currency`);
  }
  return computePayback({ making: made, running: run, value: earned, currency, known });
}

function listNotes(value: ValueFacts, ranges: { readonly window: DayRange; readonly days: DayRange }): string[] {
  const { leftOut = 0 } = value;
  const noted = leftOut === 1 ? '1 label has' : `${groupThousands(String(leftOut))} labels have`;
  return [
    ...listEarlierValue(value, ranges),
    ...(leftOut === 0 ? [] : [`${noted} no readable amount and no part in the value.`]),
  ];
}

function listEarlierValue(
  { series }: ValueFacts,
  { window, days }: { readonly window: DayRange; readonly days: DayRange },
): string[] {
  if (series === null || series.currency === null || days.start === window.start) return [];
  const before = { start: window.start, end: days.start };
  if (!hasDays(series, before)) return [];
  const earlier = formatMoneyText(toMoney(sumDays(series, before), series.currency));
  return [`Value of ${earlier} before ${formatDayText(days.start)} is left out: the cost of those days is unknown.`];
}
