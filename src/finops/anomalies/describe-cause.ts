import { type Decimal, decimal, decimalString } from '../../platform/units/index.ts';
import type { ChargeCell, SliceDay } from '../costs/index.ts';
import { formatDay, toDayNumber } from './day.ts';
import { type Explanation, explainCause } from './explain-cause.ts';
import {
  BASELINE_DAYS,
  buildChargeConditions,
  buildRowFilters,
  type Cause,
  findBaseline,
  findReference,
  readCauseCells,
} from './find-causes.ts';
import type { ChargeQueries } from './gpu-charges.ts';
import type { Candidate } from './judge-series.ts';
import type { Anomaly, AnomalyEvidence } from './schema.ts';
import { buildSentence, buildTitle } from './sentence.ts';
import { isMoney } from './slice.ts';

/** An anomaly as it is described from the rows of its slice. */
export type Described = Omit<
  Anomaly,
  | 'id'
  | 'state'
  | 'mergedInto'
  | 'foundAt'
  | 'restatement'
  | 'feedback'
  | 'counts'
  | 'days'
  | 'related'
  | 'repeats'
  | 'isMinor'
  | 'assigned'
  | 'work'
  | 'spend'
> & {
  readonly open: boolean;
  readonly evidence: AnomalyEvidence | null;
};

/** An anomaly as the ledger shows it now, before a person gave a verdict. */
export type FoundAnomaly = Described & Pick<Anomaly, 'spend'>;

const SHOWN_AFTER_DAYS = 14;
const BAND_DEVIATIONS = 3;
const EXPECTED_DECIMALS = 8;

/** Actual cost, expected cost and explanation of a cause, read exactly from the rows of its slice. Null if its rows no longer exist. */
export async function describeCause(
  charges: ChargeQueries,
  cause: Cause,
  all: readonly Candidate[],
): Promise<Described | null> {
  const reference = findReference(cause);
  if (reference === undefined) return null;
  const { series } = reference;
  const whole = await readCauseCells(charges.cells, reference, { slice: series.slice, except: [] }, all);
  const cells = await readCauseCells(charges.cells, reference, cause, all);
  const explanation = explainCause(buildRowFilters(cause), cells, computeBaselineScale(reference, whole));
  const { sums, ...evidence } = explanation;
  const figures = buildFigures(reference, explanation);
  const days = await readSliceDays(charges, cause, reference);
  const points = buildEvidencePoints(reference, days, decimal(figures.expected));
  const told = {
    slice: cause.slice,
    except: cause.except,
    measure: series.measure,
    kind: reference.kind,
    currency: series.currency,
    unit: series.unit,
    days: reference.lastDay - reference.firstDay + 1,
    ...figures,
    drivers: evidence.drivers,
    effects: evidence.effects,
  };
  return {
    measure: series.measure,
    kind: reference.kind,
    direction: cause.direction === 1 ? 'over' : 'under',
    slice: [...cause.slice],
    except: [...cause.except],
    seenIn: listSlices(cause),
    start: formatDay(reference.firstDay),
    end: formatDay(reference.lastDay),
    currency: series.currency,
    unit: series.unit,
    ...figures,
    title: buildTitle(told),
    sentence: buildSentence(told),
    open: reference.open,
    differences: isMoney(series.measure) ? buildDifferences(reference, points) : [],
    evidence: { points, baseline: findBaseline(reference, all), ...evidence },
  };
}

/**
 * Expected cost as a share of the baseline cost. For a price, the share is that of the quantities, because the quantity
 * bought is taken as given.
 */
function computeBaselineScale(candidate: Candidate, cells: readonly ChargeCell[]): Decimal {
  const { series } = candidate;
  const total = (of: 'costBefore' | 'quantityBefore' | 'quantityAfter') =>
    cells.reduce((sum, cell) => sum.plus(cell[of]), decimal(0));
  const [above, below] =
    series.measure === 'unit_cost'
      ? [total('quantityAfter'), total('quantityBefore')]
      : [decimal(sumWeighted(candidate)), total(series.measure === 'quantity' ? 'quantityBefore' : 'costBefore')];
  return below.isZero() ? decimal(0) : above.dividedBy(below);
}

/**
 * Expected total over the days of the candidate, in money or units; for a rate, each day is multiplied by its weight. A day
 * without a weight counts as the mean of the other days.
 */
function sumWeighted(candidate: Candidate): number {
  const { series, expected } = candidate;
  if (series.weights === undefined) return expected;
  const { of, known } = listKnownDays(candidate);
  return of.reduce((sum, one) => sum + (one.expected ?? 0) * (series.weights?.get(one.day) ?? 0), 0) / known;
}

/** Divisor of a rate over the days of a candidate: thousands of predictions. */
function sumThousands(candidate: Candidate): Decimal {
  const { of, known } = listKnownDays(candidate);
  return decimal(of.reduce((sum, { day }) => sum + (candidate.series.weights?.get(day) ?? 0), 0) / known);
}

function listKnownDays({ days, firstDay, lastDay }: Candidate) {
  const of = days.filter(({ day }) => day >= firstDay && day <= lastDay);
  return { of, known: of.length / (lastDay - firstDay + 1) };
}

/** For a quantity or a price, the impact is its effect on the change of the cost. */
function buildFigures(
  candidate: Candidate,
  { sums, drivers }: Explanation,
): Pick<Anomaly, 'actual' | 'expected' | 'impact'> {
  const { series } = candidate;
  const { before, after, effects } = sums;
  if (series.measure === 'cost_per_1000_predictions') {
    const count = sumThousands(candidate);
    return {
      actual: divideToText(after, count),
      expected: divideToText(before, count),
      impact: decimalString(after.minus(before)),
    };
  }
  if (isMoney(series.measure)) {
    return {
      actual: decimalString(after),
      expected: decimalString(before),
      impact: decimalString(after.minus(before)),
    };
  }
  const total = (of: 'actualQuantity' | 'expectedQuantity') =>
    drivers.reduce((sum, driver) => sum.plus(driver[of] ?? '0'), decimal(0));
  const [bought, usual] = [total('actualQuantity'), total('expectedQuantity')];
  if (series.measure === 'quantity') {
    const impact = after.minus(before).minus(effects.price);
    return { actual: decimalString(bought), expected: decimalString(usual), impact: decimalString(impact) };
  }
  return {
    actual: divideToText(after, bought),
    expected: divideToText(before, usual),
    impact: decimalString(effects.price),
  };
}

function divideToText(cost: Decimal, of: Decimal): string {
  return of.isZero() ? '0' : decimalString(cost.dividedBy(of).toDecimalPlaces(EXPECTED_DECIMALS));
}

export function listSlices({ candidates }: Cause): Anomaly['seenIn'] {
  const slices = new Map(candidates.map(({ series }) => [JSON.stringify(series.slice), [...series.slice]]));
  return [...slices.values()];
}

async function readSliceDays(charges: ChargeQueries, cause: Cause, { series }: Candidate): Promise<SliceDay[]> {
  const days = await charges.daily({ dimensions: [], where: buildChargeConditions(cause), most: MOST_CURRENCIES });
  return days.filter(({ currency }) => currency === series.currency);
}

const MOST_CURRENCIES = 1000;

/** The daily points of the slice with their expected values, which add up to `expected` over the days of the cause. */
export function buildEvidencePoints(
  candidate: Candidate,
  days: readonly SliceDay[],
  expected: Decimal,
): AnomalyEvidence['points'] {
  const { series, firstDay, lastDay } = candidate;
  const known = new Map(days.map((one) => [toDayNumber(one.day), one]));
  const share = isMoney(series.measure) && candidate.expected !== 0 ? Number(expected) / candidate.expected : 1;
  const last = candidate.days.at(-1)?.day ?? lastDay;
  let left = expected;
  return candidate.days
    .filter(({ day }) => day >= firstDay - BASELINE_DAYS && day <= Math.min(last, lastDay + SHOWN_AFTER_DAYS))
    .map(({ day, value, expected: usual, spread }) => {
      const isOfIt = day >= firstDay && day <= lastDay;
      const rounded = decimal((usual ?? 0) * share).toDecimalPlaces(EXPECTED_DECIMALS);
      const exact = isMoney(series.measure) && isOfIt && day === lastDay ? left : rounded;
      if (isOfIt) left = left.minus(exact);
      const band = spread === null ? null : decimal(BAND_DEVIATIONS * spread * Math.abs(share));
      return {
        day: formatDay(day),
        actual: toActual(series.measure, known.get(day), value),
        expected: usual === null ? null : decimalString(exact),
        lower: usual === null || band === null ? null : formatDecimal(rounded.minus(band)),
        upper: usual === null || band === null ? null : formatDecimal(rounded.plus(band)),
      };
    });
}

function toActual(measure: Anomaly['measure'], day: SliceDay | undefined, value: number): string | null {
  if (isMoney(measure)) return day === undefined ? '0' : day.cost;
  return formatDecimal(decimal(value));
}

function buildDifferences(
  { firstDay, lastDay }: Candidate,
  points: AnomalyEvidence['points'],
): Described['differences'] {
  return points.flatMap(({ day, actual, expected }) => {
    if (actual === null || expected === null || toDayNumber(day) < firstDay || toDayNumber(day) > lastDay) return [];
    return [{ day, amount: decimalString(decimal(actual).minus(expected)) }];
  });
}

function formatDecimal(value: Decimal): string {
  return decimalString(value.toDecimalPlaces(EXPECTED_DECIMALS));
}
