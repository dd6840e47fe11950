import { type Decimal, decimal, decimalString, type Money, smallest } from '../../../platform/units/index.ts';
import { savingInterval } from './interval.ts';
import { type End, gpuItem, type Ledger, ledgerOf, type SavedItem, savedItems } from './ledger.ts';
import type { SavingPart } from './saving-part.ts';
import type { Saving } from './schema.ts';

const HOUR_MS = 3_600_000;
const DAY_HOURS = 24;
/** Hours of a month, as clouds count them. */
const MONTH_HOURS = 730;
const PLACES = 6;

/** Joint saving of several recommendations in one currency. */
export interface JointSaving {
  readonly currency: string;
  readonly saving: Saving;
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
export function jointSaving(parts: readonly SavingPart[]): JointSaving[] {
  const sorted = parts.toSorted((one, other) => (one.key < other.key ? -1 : 1));
  const ledger = ledgerOf(sorted);
  const currencies = [...new Set(ledger.items.map(({ currency }) => currency))].toSorted();
  return currencies.map((currency) => {
    const names = new Set(
      sorted.flatMap(({ items }) => items).flatMap((one) => (one.currency === currency ? one.item : [])),
    );
    const own = sorted.filter(({ items }) => items.some(({ item }) => names.has(item)));
    const taken = chosen(ledger, own, currency);
    const leftOut = own.filter((part) => !taken.includes(part)).map(({ key }) => key);
    return { currency, saving: savingOf(ledger, currency, taken), leftOut };
  });
}

/** Saving of one recommendation alone; null with a reason where none of its items has a price. */
export function savingAlone(part: SavingPart): Saving {
  const [first, ...others] = jointSaving([part]);
  if (first === undefined) return unknown('its resources have no price');
  return others.length === 0 ? first.saving : unknown('its resources have costs in several currencies');
}

export function unknown(reason: string): Saving {
  return { monthly: null, lower: null, upper: null, cost: null, reason };
}

/** A non-conflicting set with a large saving, chosen greedily: first all without pins and commitments, then each plan that increases the saving. */
function chosen(ledger: Ledger, parts: readonly SavingPart[], currency: string): readonly SavingPart[] {
  const isFree = ({ pins, commitments = [] }: SavingPart) => pins.length === 0 && commitments.length === 0;
  let taken = parts.filter(isFree);
  let best = totalOf(ledger, currency, taken);
  for (const plan of parts.filter((part) => !isFree(part))) {
    const candidate = withPlan(ledger, currency, taken, plan);
    const total = totalOf(ledger, currency, candidate);
    if (total.lessThanOrEqualTo(best)) continue;
    taken = candidate;
    best = total;
  }
  return taken;
}

/** The plan with the recommendations that do not conflict with it; those that share hours with its commitment are dropped where that saves more. */
function withPlan(ledger: Ledger, currency: string, taken: readonly SavingPart[], plan: SavingPart): SavingPart[] {
  let candidate = [...taken.filter((other) => !isClash(plan, other)), plan];
  const covered = new Set((plan.commitments ?? []).map(({ item }) => item));
  const shares = ({ items }: SavingPart) =>
    items.some(({ item, within = [] }) => covered.has(item) || within.some((larger) => covered.has(larger)));
  let best = totalOf(ledger, currency, candidate);
  for (const other of candidate.filter((one) => one !== plan && shares(one))) {
    const without = candidate.filter((one) => one !== other);
    const total = totalOf(ledger, currency, without);
    if (total.lessThanOrEqualTo(best)) continue;
    candidate = without;
    best = total;
  }
  return candidate;
}

/** Whether one moves work to a resource that the other removes. */
function isClash(plan: SavingPart, other: SavingPart): boolean {
  const isPinned = (pins: readonly string[], by: SavingPart) => {
    const changed = new Set(touchedBy(by));
    return pins.some((item) => changed.has(item));
  };
  return isPinned(plan.pins, other) || isPinned(other.pins, plan);
}

/** Items that it changes, and the GPUs in them. */
function touchedBy({ items, effects }: SavingPart): string[] {
  return effects.flatMap(({ item }) => [
    item,
    ...(items.find((one) => one.item === item)?.gpus ?? []).map((gpu) => gpuItem(gpu)),
  ]);
}

function totalOf(ledger: Ledger, currency: string, taken: readonly SavingPart[], end: End = 'estimate'): Decimal {
  return monthOf(savedItems(ledger, currency, taken, end));
}

function monthOf(saved: readonly SavedItem[]): Decimal {
  return saved.reduce((sum, { total, byHour }) => sum.plus(perMonth(total, byHour.size)), decimal(0));
}

function savingOf(ledger: Ledger, currency: string, taken: readonly SavingPart[]): Saving {
  const saved = savedItems(ledger, currency, taken);
  const monthly = monthOf(saved);
  const own = ledger.items.filter((item) => item.currency === currency);
  const most = own
    .filter(({ within }) => within.length === 0)
    .reduce(
      (sum, { hours }) =>
        sum.plus(
          perMonth(
            hours.reduce((all, { cost }) => all.plus(cost), decimal(0)),
            hours.length,
          ),
        ),
      decimal(0),
    );
  const least = taken
    .flatMap(({ commitments = [] }) => commitments)
    .reduce(
      (sum, { quantity, committedPerHour }) => sum.minus(decimal(quantity).times(committedPerHour).times(MONTH_HOURS)),
      decimal(0),
    );
  const ends = savingInterval(daysOf(saved, ledger.end), monthly, most, least);
  // The remaining share of a recommendation may be a range itself: it widens the interval.
  const lower = ends.lower.minus(monthly.minus(totalOf(ledger, currency, taken, 'most')));
  const upper = ends.upper.plus(totalOf(ledger, currency, taken, 'least').minus(monthly));
  const money = (amount: Decimal): Money => ({ amount: decimalString(amount.toDecimalPlaces(PLACES)), currency });
  return {
    monthly: money(smallest(monthly, most)),
    lower: money(lower.lessThan(least) ? least : lower),
    upper: money(smallest(upper, most)),
    cost: money(most),
    reason: null,
  };
}

/** Saving of each day, as a monthly amount; the mean of an item for days without data. */
function daysOf(saved: readonly SavedItem[], end: number): Decimal[] {
  const dayOf = (at: number) => Math.floor((end - HOUR_MS - at) / (DAY_HOURS * HOUR_MS));
  const items = saved.map(({ byHour, total }) => ({
    mean: perMonth(total, byHour.size),
    days: new Map(
      [...Map.groupBy(byHour, ([at]) => dayOf(at))].map(([day, hours]) => [
        day,
        perMonth(
          hours.reduce((sum, [, amount]) => sum.plus(amount), decimal(0)),
          hours.length,
        ),
      ]),
    ),
  }));
  const known = new Set(items.flatMap(({ days }) => [...days.keys()]));
  return [...known].map((day) => items.reduce((sum, { days, mean }) => sum.plus(days.get(day) ?? mean), decimal(0)));
}

function perMonth(amount: Decimal, hours: number): Decimal {
  return amount.times(MONTH_HOURS).dividedBy(hours);
}
