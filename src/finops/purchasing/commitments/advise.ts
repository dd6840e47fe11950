import { HOUR_MS } from '../../../platform/units/durations.ts';
import { type Decimal, decimal, decimalString, findLargest } from '../../../platform/units/index.ts';
import type { Money } from '../../../platform/units/schema.ts';
import {
  buildDemandCurve,
  computeSaving,
  type DemandCurve,
  findBestQuantity,
  type HourlyPrices,
} from './demand-curve.ts';
import type { DemandHour, HourlyDemand } from './hourly-demand.ts';
import { computeSavingInterval, LEAST_DAYS, type ResidualHour } from './saving-interval.ts';
import type { CommitmentAdvice } from './schema.ts';

export interface CommitmentTerms {
  readonly onDemandPrice: Money;
  readonly committedPrice: Money;
  readonly unitQuantity: Decimal;
  readonly termHours: number;
  readonly demandRatios: readonly number[];
}

const DAY_HOURS = 24;
const MONTH_HOURS = 730;
const HIGH_DAYS = 90;
const MEDIUM_DAYS = 28;
const MOST_MISSING = 0.05;
/** Amounts are means over hours with an endless decimal expansion; their inputs are exact. */
const DIGITS = 10;
const LEVELS = [0.5, 0.75, 0.9, 1, 1.1, 1.25, 1.5];
const HALVINGS = 40;
const ZERO = decimal(0);

/**
 * The quantity to commit to in addition to the present commitments, by the newsvendor's rule on the hourly demand.
 * Example: demand is 2 in half of the hours and 4 in the others, at U* = 0.6: 2, and every hour is used.
 */
export function adviseOnDemand(demand: HourlyDemand, terms: CommitmentTerms): Omit<CommitmentAdvice, 'source'> {
  const { onDemandPrice, committedPrice, unitQuantity, termHours } = terms;
  const prices = { onDemand: decimal(onDemandPrice.amount), committed: decimal(committedPrice.amount) };
  const money = createMoney(onDemandPrice.currency);
  const residual = computeResidual(demand.hours, 1);
  const curve = buildCurve(residual);
  const quantity = findBestQuantity(curve, prices, unitQuantity);
  const breakEven = prices.committed.div(prices.onDemand);
  const perHour = (saving: Decimal) => saving.div(curve.hours);
  const saving = perHour(computeSaving(curve, prices, quantity));
  const interval = computeSavingInterval(residual, prices, quantity);
  const monthly = (amount: Decimal) => money(amount.times(MONTH_HOURS));
  const instant = (hour: number | undefined) => new Date((hour ?? 0) * HOUR_MS).toISOString();
  return {
    unit: demand.unit,
    firstHour: instant(demand.hours[0]?.hour),
    lastHour: instant(demand.hours.at(-1)?.hour),
    hours: demand.hours.length,
    missingHours: demand.missingHours,
    hoursOfDays: demand.hoursOfDays,
    ...rateConfidence(demand),
    leftOut: [...demand.leftOut],
    onDemandPrice,
    committedPrice,
    breakEvenRatio: breakEven.toNumber(),
    existing: summarizeExisting(demand.hours),
    wantedQuantity: breakEven.gte(1) ? '0' : formatQuantity(curve.wantedInShare(breakEven)),
    advisedQuantity: formatQuantity(quantity),
    ...computeCurveShares(curve, quantity),
    monthlySaving: monthly(saving),
    lowMonthlySaving: interval === null ? null : monthly(interval.low),
    highMonthlySaving: interval === null ? null : monthly(interval.high),
    intervalBlocks: interval?.blocks ?? null,
    termHours,
    termCost: money(prices.committed.times(quantity).times(termHours)),
    termSaving: money(saving.times(termHours)),
    breakEvenDemandRatio: quantity.isZero() ? null : breakEvenDemand(demand.hours, prices, quantity),
    levels: listLevels(curve, quantity, unitQuantity).map((level) => ({
      quantity: formatQuantity(level),
      ...computeCurveShares(curve, level),
      monthlySaving: monthly(perHour(computeSaving(curve, prices, level))),
    })),
    scenarios: terms.demandRatios.map((ratio) => {
      const other = buildCurve(computeResidual(demand.hours, ratio));
      const best = findBestQuantity(other, prices, unitQuantity);
      const saved = computeSaving(other, prices, quantity);
      return {
        demandRatio: ratio,
        monthlySaving: monthly(perHour(saved)),
        bestQuantity: formatQuantity(best),
        monthlyRegret: monthly(perHour(computeSaving(other, prices, best).minus(saved))),
      };
    }),
    holdOut: testHoldOut(residual, prices, unitQuantity, money),
  };
}

function createMoney(currency: string): (amount: Decimal) => Money {
  return (amount) => ({ amount: decimalString(amount.toDecimalPlaces(DIGITS)), currency });
}

function formatQuantity(quantity: Decimal): string {
  return decimalString(quantity.toDecimalPlaces(DIGITS));
}

/** Demand times the ratio, minus the present commitments. */
export function computeResidual(hours: readonly DemandHour[], ratio: number): ResidualHour[] {
  return hours.map(({ hour, wanted, committed }) => ({
    hour,
    demand: findLargest(wanted.times(ratio).minus(committed), ZERO),
  }));
}

function buildCurve(residual: readonly ResidualHour[]): DemandCurve {
  return buildDemandCurve(residual.map(({ demand }) => demand));
}

function computeCurveShares(curve: DemandCurve, quantity: Decimal) {
  const covered = curve.covered(quantity);
  const all = curve.covered(curve.greatest);
  return {
    utilizationRatio: quantity.isZero() ? null : covered.div(quantity.times(curve.hours)).toNumber(),
    coverageRatio: all.isZero() ? null : covered.div(all).toNumber(),
  };
}

function summarizeExisting(hours: readonly DemandHour[]): CommitmentAdvice['existing'] {
  const sum = (of: (hour: DemandHour) => Decimal) => hours.reduce((total, hour) => total.plus(of(hour)), ZERO);
  const committed = sum((hour) => hour.committed);
  if (committed.isZero()) return null;
  const wanted = sum((hour) => hour.wanted);
  const used = committed.minus(sum((hour) => hour.unused));
  return {
    utilizationRatio: used.div(committed).toNumber(),
    coverageRatio: wanted.isZero() ? null : used.div(wanted).toNumber(),
    meanQuantity: formatQuantity(committed.div(hours.length)),
  };
}

function listLevels(curve: DemandCurve, quantity: Decimal, unit: Decimal): Decimal[] {
  const middle = quantity.isZero() ? curve.covered(curve.greatest).div(curve.hours) : quantity;
  const whole = LEVELS.map((level) => middle.times(level).div(unit).round().times(unit));
  const distinct = new Map(whole.filter((level) => level.gt(0)).map((level) => [level.toFixed(), level]));
  return [...distinct.values()].toSorted((a, b) => a.cmp(b));
}

/** Demand at which the commitment neither saves nor loses, as a multiple of that of the history. A ratio, so plain numbers do. */
function breakEvenDemand(hours: readonly DemandHour[], prices: HourlyPrices, quantity: Decimal): number {
  const size = quantity.toNumber();
  const needed = prices.committed.div(prices.onDemand).times(quantity).times(hours.length).toNumber();
  const known = hours.map(({ wanted, committed }) => [wanted.toNumber(), committed.toNumber()] as const);
  const covered = (ratio: number) =>
    known.reduce((sum, [wanted, held]) => sum + Math.min(Math.max(wanted * ratio - held, 0), size), 0);
  let low = 0;
  let high = 1;
  for (let count = 0; count < HALVINGS; count += 1) {
    const middle = (low + high) / 2;
    if (covered(middle) < needed) low = middle;
    else high = middle;
  }
  return high;
}

function testHoldOut(
  residual: readonly ResidualHour[],
  prices: HourlyPrices,
  unit: Decimal,
  money: (amount: Decimal) => Money,
): CommitmentAdvice['holdOut'] {
  if (residual.length < LEAST_DAYS * DAY_HOURS) return null;
  const middle = Math.floor(residual.length / 2);
  const [first, second] = [buildCurve(residual.slice(0, middle)), buildCurve(residual.slice(middle))];
  const quantity = findBestQuantity(first, prices, unit);
  const monthly = (size: Decimal) => money(computeSaving(second, prices, size).div(second.hours).times(MONTH_HOURS));
  return {
    quantity: formatQuantity(quantity),
    monthlySaving: monthly(quantity),
    bestMonthlySaving: monthly(findBestQuantity(second, prices, unit)),
  };
}

function rateConfidence({
  hours,
  missingHours,
  hoursOfDays,
}: HourlyDemand): Pick<CommitmentAdvice, 'confidence' | 'needs'> {
  const days = hours.length / DAY_HOURS;
  const missing = missingHours / (missingHours + hours.length);
  const needs = [
    ...(days < HIGH_DAYS
      ? [`the history has ${days.toFixed(0)} days; a term is long, and 90 days show more than one month`]
      : []),
    ...(hoursOfDays > 0
      ? ['days are not hours: a day that is half idle looks like half a unit, and saves too much']
      : []),
    ...(missing > MOST_MISSING ? [`${missingHours} hours are missing and count as if they were like the others`] : []),
  ];
  const isWhole = missing <= MOST_MISSING && hoursOfDays === 0;
  const confidence =
    days >= HIGH_DAYS && isWhole ? 'high' : days >= MEDIUM_DAYS && missing <= MOST_MISSING ? 'medium' : 'low';
  return { confidence, needs };
}
