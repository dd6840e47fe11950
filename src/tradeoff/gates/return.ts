import { HOUR_MS } from '../../platform/units/durations.ts';
import {
  type Decimal,
  decimal,
  decimalString,
  formatMoneyText,
  formatPriceText,
  groupThousands,
} from '../../platform/units/index.ts';
import type { VersionEvidence } from '../evidence/schema.ts';
import { HOURS_PER_MONTH } from '../unit-cost/index.ts';
import { computeValueInterval } from '../value/index.ts';
import type { ValueFigure } from '../value/schema.ts';
import { computeTailOfLook } from './look-plan.ts';
import { describeMakingCost } from './making-cost.ts';
import type { Check, CheckPart, CostRule, PolicySpec } from './schema.ts';
import { computeServingCost } from './serving-cost.ts';

type ReturnRule = Extract<CostRule, { measure: 'roi' }>;

/** One-sided error of an end of a 95 % interval. */
const TAIL_OF_95_PERCENT = 0.025;
const PLACES = 6;
/** Default of `completeness`, as for outcomes of evaluations. */
const LEAST_COMPLETENESS = 0.95;

/** An amount a month with ends; an end of null is not known. */
interface Part {
  readonly amount: Decimal;
  readonly lower: Decimal | null;
  readonly upper: Decimal | null;
  /** One-sided error of the ends; 0: the amount is exact. */
  readonly tail: number;
  readonly source: string;
}

/**
 * Checks the return a month: (V - R - M) / (R + M), with V the value and R the cost to run at the demand, and M the making cost divided by the
 * months of the horizon. With alpha, the lower end of the return must reach the bound: V at its lower end, R and M at their upper ends. The ends of V and R
 * err with at most alpha together (Bonferroni): R has the 2.5 % of its 95 % interval, V the rest. A making cost that is a lower bound has no upper end.
 *
 * @example value 300, cost to run 100, making cost 300 over 6 months: (300 - 100 - 50) / 150 = 1
 */
export function checkReturn(rule: ReturnRule, policy: PolicySpec, candidate: VersionEvidence): Check {
  const check: Check = {
    name: 'return',
    side: 'cost',
    measured: null,
    unit: 'ratio of the cost',
    comparison: '>=',
    bound: rule.atLeast,
    holds: null,
    interval: null,
    source: '',
  };
  const tail = policy.alpha === undefined ? null : computeTailOfLook(policy, candidate.gate?.look?.number ?? 1);
  const run = computeRunPart(rule, policy, candidate);
  const making = computeMakingPart(rule, policy, candidate);
  const value = typeof run === 'string' ? NEEDS_DEMAND : computeValuePart(rule, policy, candidate, { run, tail });
  const parts = [
    toCheckPart('value', value, policy.currency),
    toCheckPart('cost to run', run, policy.currency),
    toCheckPart('making cost', making, policy.currency),
  ];
  const basis = rule.basis ?? 'atDemand';
  const unknown = parts.filter(({ amount }) => amount === null);
  if (typeof run === 'string' || typeof making === 'string' || typeof value === 'string') {
    return { ...check, basis, parts, source: unknown.map(({ name, source }) => `${name}: ${source}`).join('; ') };
  }
  const cost = run.amount.plus(making.amount);
  if (cost.isZero()) return { ...check, basis, parts, source: 'the cost is 0, for which a return is not defined' };
  const estimate = computeReturn(value.amount, cost);
  const ends = computeEnds({ value, run, making });
  const measured = toText(estimate);
  return {
    ...check,
    basis,
    parts,
    measured,
    ...(run.atDemand === undefined ? {} : { atDemand: run.atDemand }),
    interval:
      tail === null || ends.lower === null || ends.upper === null
        ? null
        : { lower: toText(ends.lower), upper: toText(ends.upper) },
    ...decideReturn({ estimate, ends, isTested: tail !== null, isMakingComplete: making.upper !== null }, rule.atLeast),
    ...(tail === null
      ? { test: null }
      : { test: 'Bonferroni bound of value and cost', alpha: tail, estimate: measured }),
    source: `${parts.map(describePart).join(', ')} (${policy.currency} per month)`,
  };
}

const NEEDS_DEMAND = 'unknown: it needs the demand of the cost to run';

function computeReturn(value: Decimal, cost: Decimal): Decimal {
  return value.minus(cost).dividedBy(cost);
}

interface Ends {
  readonly lower: Decimal | null;
  readonly upper: Decimal | null;
}

/** A value below zero is divided by the other end of the cost: less cost then makes the return worse. */
function computeEnds({ value, run, making }: Readonly<Record<'value' | 'run' | 'making', Part>>): Ends {
  const most = run.upper === null || making.upper === null ? null : run.upper.plus(making.upper);
  const least = run.lower === null || making.lower === null ? null : run.lower.plus(making.lower);
  const divide = (end: Decimal | null, cost: Decimal | null) =>
    end === null || cost === null || cost.isZero() ? null : computeReturn(end, cost);
  return {
    lower: divide(value.lower, value.lower?.isNegative() === true ? least : most),
    upper: divide(value.upper, value.upper?.isNegative() === true ? most : least),
  };
}

function decideReturn(
  known: {
    readonly estimate: Decimal;
    readonly ends: Ends;
    readonly isTested: boolean;
    readonly isMakingComplete: boolean;
  },
  atLeast: string,
): Pick<Check, 'holds'> {
  const { estimate, ends, isTested, isMakingComplete } = known;
  if (!isTested) return { holds: estimate.lt(atLeast) ? false : isMakingComplete ? true : null };
  if (ends.lower?.gte(atLeast) === true) return { holds: true };
  return { holds: ends.upper?.lt(atLeast) === true ? false : null };
}

interface RunPart extends Part {
  readonly predictionsPerMonth: number;
  readonly atDemand: Check['atDemand'];
}

/** The cost to run a month at the demand; a sentence where it is unknown. */
function computeRunPart(
  { horizon: _, value: _value, atLeast: _atLeast, ...terms }: ReturnRule,
  policy: PolicySpec,
  { unitCosts, ...candidate }: VersionEvidence,
): RunPart | string {
  if (unitCosts === undefined) return 'unknown: no cost was recorded';
  const cost = computeServingCost(
    { ...terms, measure: 'costPerMonth', atMost: '0' },
    { ...candidate, unitCosts },
    policy,
  );
  const predictionsPerMonth = cost.atDemand?.demand.predictionsPerMonth ?? terms.predictionsPerMonth;
  if (cost.amount === null || predictionsPerMonth === undefined) return cost.source;
  const { interval, source, atDemand } = cost;
  const amount = decimal(cost.amount);
  return {
    amount,
    lower: decimal(interval?.lower ?? amount),
    upper: decimal(interval?.upper ?? amount),
    tail: interval === null ? 0 : TAIL_OF_95_PERCENT,
    source,
    predictionsPerMonth,
    atDemand,
  };
}

/** The making cost a month of the horizon. A lower bound has no upper end. */
function computeMakingPart(
  { horizon }: ReturnRule,
  { currency }: PolicySpec,
  { makingCost }: VersionEvidence,
): Part | string {
  const source = describeMakingCost(makingCost ?? null, currency);
  if (makingCost?.cost == null || makingCost.cost.currency !== currency) return source;
  const months = decimal(horizon).dividedBy(HOUR_MS).dividedBy(HOURS_PER_MONTH);
  const { amount: whole } = makingCost.cost;
  const amount = decimal(whole).dividedBy(months);
  const spread = `${formatMoneyText({ amount: whole, currency })} over ${decimalString(months.toSignificantDigits(4))} months`;
  return {
    amount,
    lower: amount,
    upper: makingCost.isLowerBound ? null : amount,
    tail: 0,
    source: `${spread}; ${source}`,
  };
}

/** The value a month of the demand, with ends at the part of the error that the cost to run leaves; a sentence where it is unknown. */
function computeValuePart(
  { value: wanted }: ReturnRule,
  { currency, completeness: least = LEAST_COMPLETENESS }: PolicySpec,
  { value: figures = [] }: VersionEvidence,
  { run, tail }: { readonly run: RunPart; readonly tail: number | null },
): Part | string {
  const figure = figures.find(({ source }) => wanted === undefined || source === wanted);
  if (figure === undefined) return wanted === 'metric' ? NO_METRIC_VALUE : NO_VALUE;
  const { source, perPrediction, reason, completeness, origin } = figure;
  if (perPrediction === null) return `unknown: ${reason}`;
  if (perPrediction.currency !== currency) {
    return `unknown: it is in ${perPrediction.currency}, the policy is in ${currency}; currencies are not converted`;
  }
  if (completeness !== null && completeness < least) {
    return `unknown: ${(100 * completeness).toFixed(1)} % of the ${describeMissing(source, least)}`;
  }
  const ends = tail === null ? perPrediction.amount : tail < run.tail ? null : findValueEnds(figure, tail - run.tail);
  if (ends === null) return explainMissingEnds(figure, tail ?? 0, run.tail);
  const scale = (amount: string) => decimal(amount).times(run.predictionsPerMonth);
  const [lower, upper] = typeof ends === 'string' ? [ends, ends] : [ends.lower, ends.upper];
  return {
    amount: scale(perPrediction.amount),
    lower: scale(lower),
    upper: scale(upper),
    tail: tail === null ? 0 : Math.max(0, tail - run.tail),
    source: `${formatPriceText({ amount: toText(decimal(perPrediction.amount)), currency })} a prediction x ${groupThousands(String(Math.round(run.predictionsPerMonth)))} a month; ${origin}`,
  };
}

function describeMissing(source: ValueFigure['source'], least: number): string {
  return source === 'labels'
    ? `labels have a version and an amount, ${100 * least} % are required; log the version of each prediction, and correct labels without a readable amount`
    : `outcome events have a version, ${100 * least} % are required; send the version or the prediction of each event`;
}

const NO_VALUE =
  'unknown: record outcome events (steelyard value import FILE, or POST /api/v1/outcome-events), or state labels or perPrediction in a document of kind ModelValue';
const NO_METRIC_VALUE = 'unknown: state valuePerPrediction in the monitor of the model';

/** Ends of the mean value at a one-sided error; null where the figure has none at this error. A stated value is exact. */
function findValueEnds(figure: ValueFigure, tail: number): string | { lower: string; upper: string } | null {
  const { source, perPrediction, interval, variance, predictions } = figure;
  if (perPrediction === null) return null;
  if (source === 'stated') return perPrediction.amount;
  if (interval === null || tail <= 0) return null;
  if (source === 'metric') return tail < TAIL_OF_95_PERCENT ? null : interval;
  if (variance === null || predictions === null) return null;
  return computeValueInterval({ perPrediction, variance, predictions }, tail);
}

function explainMissingEnds({ source, interval, withOutcome }: ValueFigure, tail: number, tailOfCost: number): string {
  if (interval === null && source !== 'stated') {
    return source === 'events' || source === 'labels'
      ? `unknown: only ${withOutcome} predictions have an outcome, too few for an interval`
      : 'unknown: no 95 % interval of the metric was logged; log it as NAME.ci_lower and NAME.ci_upper';
  }
  const needed = tailOfCost + (source === 'metric' ? TAIL_OF_95_PERCENT : 0);
  return `unknown: an error of ${tail} leaves none for the value: the 95 % intervals take ${needed}; state a larger alpha`;
}

function toCheckPart(name: string, part: Part | string, currency: string): CheckPart {
  const unit = `${currency} per month`;
  if (typeof part === 'string') return { name, amount: null, lower: null, upper: null, unit, source: part };
  const [amount, lower, upper] = [part.amount, part.lower, part.upper].map((end) =>
    end === null ? null : toText(end),
  ) as [string, string | null, string | null];
  return { name, amount, lower, upper, unit, source: part.source };
}

/** Example: "value 300 (270 to 330)". */
function describePart({ name, amount, lower, upper }: CheckPart): string {
  if (lower === upper) return `${name} ${amount}`;
  return `${name} ${amount} (${upper === null ? `${lower} or more` : `${lower} to ${upper}`})`;
}

function toText(value: Decimal): string {
  return decimalString(value.toDecimalPlaces(PLACES));
}
