import type { Subject } from '../../../org/schema.ts';
import { EXACT_DECIMALS } from '../../../platform/lake/index.ts';
import { type Decimal, decimal, decimalString } from '../../../platform/units/index.ts';
import { splitExactly } from '../shares/fractions.ts';

const MS_PER_HOUR = 3_600_000;

/** Usage of a resource over one interval, as recorded by metering. */
export interface UsedInterval {
  readonly id: string;
  readonly subject: Subject;
  /** Key of the price book. */
  readonly resource: string;
  readonly quantity: string;
  /** Unix milliseconds; end exclusive. */
  readonly start: number;
  readonly end: number;
  /** Cost of the whole interval by the price book; null when a price is missing. */
  readonly cost: { readonly amount: string; readonly currency: string } | null;
}

/** Billed rows of one resource and charge period, summed. */
export interface Charge {
  readonly start: number;
  readonly end: number;
  readonly billed: string;
  /** Hours that the bill states; null when it states none, and then the charge period applies. */
  readonly hours: string | null;
}

export interface Capacity {
  readonly units: string;
  readonly source: 'bill' | 'observed' | 'one';
}

export interface Reconciled {
  readonly billed: string;
  readonly reconciled: string;
  readonly idle: string;
  readonly metered: string | null;
  readonly priceVariance: string | null;
  readonly billedHours: string;
  readonly meteredHours: string;
  readonly subjects: readonly { subject: Subject; reconciled: string; metered: string | null; hours: string }[];
  /** Intervals that overlap a charge, with the milliseconds covered by charges; overlapping charges count once. */
  readonly coveredMs: ReadonlyMap<string, number>;
}

interface Piece {
  readonly interval: UsedInterval;
  readonly hours: Decimal;
  /** Cost of the interval, pro rata to its time; null when unknown in the currency of the bill. */
  readonly cost: RoundedCost | null;
}

interface RoundedCost {
  readonly exact: Decimal;
  /** To the decimals of the lake. */
  readonly rounded: Decimal;
}

/**
 * Reconciles bill and metering of one resource in one currency. Of each charge, the fraction metered hours / billed hours (at
 * most 1) was held. It goes to the subjects in the ratio of their metered cost, or of their hours where a price is missing.
 * The rest is idle. reconciled - metered is the price variance.
 * Example: 24 h billed at 48, 18 h metered at 1.50 -> reconciled 36, idle 12, metered 27, price variance 9.
 */
export function reconcileResource(
  charges: readonly Charge[],
  intervals: readonly UsedInterval[],
  capacity: Capacity,
  currency: string,
): Reconciled {
  const sum = createSum();
  const measure = createMeasure(currency);
  for (const [charge, touching] of pairCharges(charges, intervals)) {
    const pieces = touching.map((interval) => measure(interval, charge));
    addCharge(sum, charge, pieces, capacity);
  }
  const metered = sum.unpriced ? null : decimalString(sum.metered);
  return {
    billed: decimalString(sum.billed),
    reconciled: decimalString(sum.reconciled),
    idle: decimalString(sum.billed.minus(sum.reconciled)),
    metered,
    priceVariance: metered === null ? null : decimalString(sum.reconciled.minus(metered)),
    billedHours: roundAmount(sum.billedHours),
    meteredHours: roundAmount(sum.meteredHours),
    subjects: [...sum.subjects.values()].map(({ subject, reconciled, metered: cost, hours }) => ({
      subject,
      reconciled: decimalString(reconciled),
      metered: cost === null ? null : decimalString(cost),
      hours: roundAmount(hours),
    })),
    coveredMs: new Map([...sum.covered].map(([id, { coveredMs }]) => [id, coveredMs])),
  };
}

interface Sum {
  billed: Decimal;
  reconciled: Decimal;
  metered: Decimal;
  unpriced: boolean;
  billedHours: Decimal;
  meteredHours: Decimal;
  readonly subjects: Map<string, { subject: Subject; reconciled: Decimal; metered: Decimal | null; hours: Decimal }>;
  readonly covered: Map<string, { coveredMs: number; until: number }>;
}

function createSum(): Sum {
  const zero = decimal(0);
  return {
    billed: zero,
    reconciled: zero,
    metered: zero,
    unpriced: false,
    billedHours: zero,
    meteredHours: zero,
    subjects: new Map(),
    covered: new Map(),
  };
}

function addCharge(sum: Sum, charge: Charge, pieces: readonly Piece[], capacity: Capacity): void {
  const billedHours = decimal(charge.hours ?? countHours(charge.start, charge.end)).times(capacity.units);
  const meteredHours = pieces.reduce((total, { hours }) => total.plus(hours), decimal(0));
  sum.billed = sum.billed.plus(charge.billed);
  sum.billedHours = sum.billedHours.plus(billedHours);
  sum.meteredHours = sum.meteredHours.plus(meteredHours);
  for (const { interval } of pieces) addCovered(sum.covered, interval, charge);
  if (meteredHours.isZero()) return;
  // A charge of zero length goes to the intervals that hold the resource at that moment.
  const isFull = billedHours.lte(meteredHours);
  const held = isFull ? decimal(charge.billed) : decimal(charge.billed).times(meteredHours).dividedBy(billedHours);
  addShares(sum, roundAmount(held), pieces);
}

/** Charges arrive in order of their start, so time before `until` is already counted. */
function addCovered(covered: Sum['covered'], interval: UsedInterval, charge: Charge): void {
  const known = covered.get(interval.id) ?? { coveredMs: 0, until: interval.start };
  const until = Math.max(known.until, Math.min(interval.end, charge.end));
  const from = Math.max(known.until, charge.start);
  covered.set(interval.id, { coveredMs: known.coveredMs + Math.max(0, until - from), until });
}

function addShares(sum: Sum, held: string, pieces: readonly Piece[]): void {
  const priced = pieces.flatMap(({ cost }) => cost?.exact ?? []);
  const byCost = priced.length === pieces.length && priced.some((cost) => cost.gt(0));
  const weights = byCost ? priced : pieces.map(({ hours }) => hours);
  // Most charges have one holder.
  const shares = pieces.length === 1 ? [held] : splitExactly(held, weights.map(roundAmount));
  sum.reconciled = sum.reconciled.plus(held);
  for (const [index, { interval, hours, cost }] of pieces.entries()) {
    const key = JSON.stringify(interval.subject);
    const known = sum.subjects.get(key) ?? createSubjectSum(interval.subject);
    if (cost === null) sum.unpriced = true;
    else sum.metered = sum.metered.plus(cost.rounded);
    sum.subjects.set(key, {
      subject: interval.subject,
      reconciled: known.reconciled.plus(shares[index] ?? '0'),
      metered: known.metered === null || cost === null ? null : known.metered.plus(cost.rounded),
      hours: known.hours.plus(hours),
    });
  }
}

function createSubjectSum(subject: Subject) {
  return { subject, reconciled: decimal(0), metered: decimal(0) as Decimal | null, hours: decimal(0) };
}

/** Pairs each charge with the intervals that overlap it; one pass over both, in order of time. */
function* pairCharges(
  charges: readonly Charge[],
  intervals: readonly UsedInterval[],
): Iterable<[Charge, readonly UsedInterval[]]> {
  const waiting = intervals.toSorted((one, other) => one.start - other.start || (one.id < other.id ? -1 : 1));
  let next = 0;
  let open: UsedInterval[] = [];
  for (const charge of charges.toSorted((one, other) => one.start - other.start || one.end - other.end)) {
    for (; next < waiting.length && (waiting[next]?.start ?? 0) < charge.end; next += 1) {
      const interval = waiting[next];
      if (interval !== undefined) open.push(interval);
    }
    open = open.filter(({ end }) => end > charge.start);
    yield [charge, open.filter(({ start }) => start < charge.end)];
  }
}

/**
 * Measures the part of an interval in a charge period. Intervals of usage are mostly alike, such as hours of one replica, so each
 * quantity and time is divided once.
 */
function createMeasure(currency: string): (interval: UsedInterval, charge: Charge) => Piece {
  const hours = new Map<string, Decimal>();
  const costs = new Map<string, RoundedCost>();
  return (interval, charge) => {
    const { quantity, start, end, cost } = interval;
    const milliseconds = Math.min(end, charge.end) - Math.max(start, charge.start);
    const ofTime = remember(hours, `${quantity} ${milliseconds}`, () =>
      decimal(quantity).times(milliseconds).dividedBy(MS_PER_HOUR),
    );
    if (cost?.currency !== currency) return { interval, hours: ofTime, cost: null };
    const ofCost = remember(costs, `${cost.amount} ${milliseconds} ${end - start}`, () => {
      const exact = decimal(cost.amount).times(decimal(milliseconds).dividedBy(end - start));
      return { exact, rounded: exact.toDecimalPlaces(EXACT_DECIMALS) };
    });
    return { interval, hours: ofTime, cost: ofCost };
  };
}

function remember<T>(known: Map<string, T>, key: string, compute: () => T): T {
  const value = known.get(key) ?? compute();
  known.set(key, value);
  return value;
}

function countHours(start: number, end: number): Decimal {
  return decimal(Math.max(0, end - start)).dividedBy(MS_PER_HOUR);
}

function roundAmount(amount: Decimal): string {
  return decimalString(amount.toDecimalPlaces(EXACT_DECIMALS));
}

/** Maximum quantity held concurrently. */
export function findPeakQuantity(intervals: readonly UsedInterval[]): string {
  const changes = intervals.flatMap(({ start, end, quantity }) => [
    { at: start, by: decimal(quantity) },
    { at: end, by: decimal(quantity).neg() },
  ]);
  let held = decimal(0);
  let most = decimal(0);
  for (const { by } of changes.toSorted((one, other) => one.at - other.at || one.by.cmp(other.by))) {
    held = held.plus(by);
    if (held.gt(most)) most = held;
  }
  return decimalString(most);
}
