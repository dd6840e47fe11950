import { DAY_MS, HOUR_MS } from '../../../platform/units/durations.ts';
import { type Decimal, decimal, decimalString, findSmallest, type Money } from '../../../platform/units/index.ts';
import { computeSavingInterval } from './interval.ts';
import {
  buildGpuItemId,
  buildLedger,
  computeSavedItems,
  type End,
  type Ledger,
  type SavedItem,
  sumAmounts,
} from './ledger.ts';
import { groupOverlapping } from './overlap.ts';
import type { SavingPart } from './saving-part.ts';
import type { Saving } from './schema.ts';

const DAY_HOURS = 24;
/** Hours of a month, as clouds count them. */
const MONTH_HOURS = 730;
const PLACES = 6;

/** Joint saving of several recommendations in one currency. */
export interface JointSaving {
  readonly currency: string;
  readonly saving: Saving;
  /** Amounts that it would have saved on whole UTC days of the ledger, in order; a day without measured hours is left out. */
  readonly byDay: readonly { readonly day: string; readonly amount: string }[];
  /**
   * Part of the joint saving that each recommendation adds, by key; they sum up to it exactly. Less than its saving alone where another saves the
   * same hours; 0 where it is left out.
   */
  readonly shares: ReadonlyMap<string, Money>;
  /** Keys of those that are not in it: another saves more where only one of them can be done. */
  readonly leftOut: readonly string[];
}

/**
 * Joint saving of recommendations, by currency. All are applied to the same ledger of hours, so that an hour stopped by one
 * is not saved again by another. The remaining cost of an hour is its cost times the remaining share of every recommendation, so
 * their order has no effect. If one moves work to a resource that another would stop, or commits to a resource that another would
 * no longer use, the set with the largest saving is counted. Never more than the sum of the single savings, nor than the cost.
 * Example: stop (keeps 0.5 of the hours) and half the replicas (keeps 0.5 of each) of 100 a month: 75, not 100.
 */
export function computeJointSaving(parts: readonly SavingPart[]): JointSaving[] {
  const sorted = parts.toSorted(compareKeys);
  const ledger = buildLedger(sorted);
  const currencies = [...new Set(ledger.items.map(({ currency }) => currency))].toSorted();
  return currencies.map((currency) => {
    const names = new Set(
      sorted.flatMap(({ items }) => items).flatMap((one) => (one.currency === currency ? one.item : [])),
    );
    const own = sorted.filter(({ items }) => items.some(({ item }) => names.has(item)));
    const taken = chooseParts(ledger, own, currency);
    const leftOut = own.filter((part) => !taken.includes(part)).map(({ key }) => key);
    const saving = computeSaving(ledger, currency, taken);
    const shares = new Map([
      ...leftOut.map((key) => [key, { amount: '0', currency }] as const),
      ...splitSaving(taken, currency, saving),
    ]);
    return { currency, saving, byDay: sumByDay(ledger, currency, taken), shares, leftOut };
  });
}

function compareKeys(one: SavingPart, other: SavingPart): number {
  return one.key < other.key ? -1 : 1;
}

/** Saving of one recommendation alone; null with a reason where none of its items has a price. */
export function computeSavingAlone(part: SavingPart): Saving {
  const [first, ...others] = computeJointSaving([part]);
  if (first === undefined) return buildUnknownSaving('its resources have no price');
  return others.length === 0 ? first.saving : buildUnknownSaving('its resources have costs in several currencies');
}

export function buildUnknownSaving(reason: string): Saving {
  return { monthly: null, lower: null, upper: null, cost: null, reason };
}

/** A non-conflicting set with a large saving, chosen greedily: first all without pins and commitments, then each plan that increases the saving. */
function chooseParts(ledger: Ledger, parts: readonly SavingPart[], currency: string): readonly SavingPart[] {
  const isFree = ({ pins, commitments = [] }: SavingPart) => pins.length === 0 && commitments.length === 0;
  let taken = parts.filter(isFree);
  let best = sumMonthlySaving(ledger, currency, taken);
  for (const plan of parts.filter((part) => !isFree(part))) {
    const candidate = addPlan(ledger, currency, taken, plan);
    const total = sumMonthlySaving(ledger, currency, candidate);
    if (total.lessThanOrEqualTo(best)) continue;
    taken = candidate;
    best = total;
  }
  return taken;
}

/** The plan with the recommendations that do not conflict with it; those that share hours with its commitment are dropped where that saves more. */
function addPlan(ledger: Ledger, currency: string, taken: readonly SavingPart[], plan: SavingPart): SavingPart[] {
  let candidate = [...taken.filter((other) => !isClash(plan, other)), plan];
  const covered = new Set((plan.commitments ?? []).map(({ item }) => item));
  const shares = ({ items }: SavingPart) =>
    items.some(({ item, within = [] }) => covered.has(item) || within.some((larger) => covered.has(larger)));
  let best = sumMonthlySaving(ledger, currency, candidate);
  for (const other of candidate.filter((one) => one !== plan && shares(one))) {
    const without = candidate.filter((one) => one !== other);
    const total = sumMonthlySaving(ledger, currency, without);
    if (total.lessThanOrEqualTo(best)) continue;
    candidate = without;
    best = total;
  }
  return candidate;
}

/** Whether one moves work to a resource that the other removes. */
function isClash(plan: SavingPart, other: SavingPart): boolean {
  const isPinned = (pins: readonly string[], by: SavingPart) => {
    const changed = new Set(listTouchedItems(by));
    return pins.some((item) => changed.has(item));
  };
  return isPinned(plan.pins, other) || isPinned(other.pins, plan);
}

/**
 * Splits the joint saving. Recommendations that have no resource in common do not affect each other; among those that overlap, the largest comes first,
 * and each has its addition to those before it. Rounded so that the parts sum up to the joint saving exactly.
 */
function splitSaving(taken: readonly SavingPart[], currency: string, { monthly }: Saving): Map<string, Money> {
  const total = decimal(monthly?.amount ?? '0');
  const added = groupOverlapping(taken).flatMap((group) => splitGroup(group, currency));
  const shares = new Map<string, Money>();
  let [exact, given] = [decimal(0), decimal(0)];
  for (const [index, { key, amount }] of added.entries()) {
    exact = exact.plus(amount);
    const until = index === added.length - 1 ? total : findSmallest(exact.toDecimalPlaces(PLACES), total);
    shares.set(key, { amount: decimalString(until.minus(given)), currency });
    given = until;
  }
  return shares;
}

function splitGroup(group: readonly SavingPart[], currency: string) {
  const ledger = buildLedger(group.toSorted(compareKeys));
  const alone = new Map(group.map((part) => [part, sumMonthlySaving(ledger, currency, [part])]));
  const order = group.toSorted((one, other) =>
    (alone.get(other) ?? decimal(0)).comparedTo(alone.get(one) ?? decimal(0)),
  );
  let before = decimal(0);
  return order.map((part, index) => {
    const until = sumMonthlySaving(ledger, currency, order.slice(0, index + 1));
    const amount = until.minus(before);
    before = until;
    return { key: part.key, amount };
  });
}

/** Items that it changes, and the GPUs in them. */
function listTouchedItems({ items, effects }: SavingPart): string[] {
  return effects.flatMap(({ item }) => [
    item,
    ...(items.find((one) => one.item === item)?.gpus ?? []).map((gpu) => buildGpuItemId(gpu)),
  ]);
}

function sumMonthlySaving(
  ledger: Ledger,
  currency: string,
  taken: readonly SavingPart[],
  end: End = 'estimate',
): Decimal {
  return scaleToMonth(computeSavedItems(ledger, currency, taken, end));
}

function scaleToMonth(saved: readonly SavedItem[]): Decimal {
  return saved.reduce((sum, { total, byHour }) => sum.plus(scaleAmountToMonth(total, byHour.size)), decimal(0));
}

function computeSaving(ledger: Ledger, currency: string, taken: readonly SavingPart[]): Saving {
  const saved = computeSavedItems(ledger, currency, taken);
  const monthly = scaleToMonth(saved);
  const own = ledger.items.filter((item) => item.currency === currency);
  const most = own
    .filter(({ within }) => within.length === 0)
    .reduce(
      (sum, { hours }) => sum.plus(scaleAmountToMonth(sumAmounts(hours.map(({ cost }) => cost)), hours.length)),
      decimal(0),
    );
  const least = taken
    .flatMap(({ commitments = [] }) => commitments)
    .reduce(
      (sum, { quantity, committedPerHour }) => sum.minus(decimal(quantity).times(committedPerHour).times(MONTH_HOURS)),
      decimal(0),
    );
  const ends = computeSavingInterval(splitByDay(saved, ledger.end), monthly, most, least);
  // The remaining share of a recommendation may be a range itself: it widens the interval.
  const hasRange = taken.some(({ effects }) => effects.some(({ range = null }) => range !== null));
  const atEnd = (end: End) => (hasRange ? sumMonthlySaving(ledger, currency, taken, end) : monthly);
  const lower = ends.lower.minus(monthly.minus(atEnd('most')));
  const upper = ends.upper.plus(atEnd('least').minus(monthly));
  const money = (amount: Decimal): Money => ({ amount: decimalString(amount.toDecimalPlaces(PLACES)), currency });
  return {
    monthly: money(findSmallest(monthly, most)),
    lower: money(lower.lessThan(least) ? least : lower),
    upper: money(findSmallest(upper, most)),
    cost: money(most),
    reason: null,
  };
}

/** Saving of each day, as a monthly amount; the mean of an item for days without data. */
function splitByDay(saved: readonly SavedItem[], end: number): Decimal[] {
  const dayOf = (at: number) => Math.floor((end - HOUR_MS - at) / (DAY_HOURS * HOUR_MS));
  const items = saved.map(({ byHour, total }) => ({
    mean: scaleAmountToMonth(total, byHour.size),
    days: new Map(
      [...Map.groupBy(byHour, ([at]) => dayOf(at))].map(([day, hours]) => [
        day,
        scaleAmountToMonth(sumAmounts(hours.map(([, amount]) => amount)), hours.length),
      ]),
    ),
  }));
  const known = new Set(items.flatMap(({ days }) => [...days.keys()]));
  return [...known].map((day) => items.reduce((sum, { days, mean }) => sum.plus(days.get(day) ?? mean), decimal(0)));
}

function sumByDay(ledger: Ledger, currency: string, taken: readonly SavingPart[]): JointSaving['byDay'] {
  const hours = computeSavedItems(ledger, currency, taken).flatMap(({ byHour }) => [...byHour]);
  const first = hours.reduce((earliest, [at]) => Math.min(earliest, at), ledger.end);
  const days = Map.groupBy(hours, ([at]) => at - (at % DAY_MS));
  return [...days.keys()]
    .filter((day) => day >= first && day + DAY_MS <= ledger.end)
    .toSorted((one, other) => one - other)
    .map((day) => {
      const amount = sumAmounts((days.get(day) ?? []).map(([, saved]) => saved));
      return {
        day: new Date(day).toISOString().slice(0, 'YYYY-MM-DD'.length),
        amount: decimalString(amount.toDecimalPlaces(PLACES)),
      };
    });
}

function scaleAmountToMonth(amount: Decimal, hours: number): Decimal {
  return amount.times(MONTH_HOURS).dividedBy(hours);
}
