import { type Decimal, decimal, decimalString, type Money, smallest } from '../../../platform/units/index.ts';
import { savingInterval } from './interval.ts';
import type { Effect, HeldItem, Saving } from './schema.ts';

const HOUR_MS = 3_600_000;
const DAY_HOURS = 24;
/** Hours of a month, as clouds count them. */
const MONTH_HOURS = 730;
const PLACES = 6;

/** A recommendation as the ledger of hours sees it. */
export interface SavingPart {
  /** Tells it apart from the others of one sum. */
  readonly key: string;
  readonly items: readonly HeldItem[];
  readonly effects: readonly Effect[];
  /** Items that its plan moves work to: they have to be kept as they are, or the plan falls. */
  readonly pins: readonly string[];
}

/** What several recommendations save together in one currency. */
export interface JointSaving {
  readonly currency: string;
  readonly saving: Saving;
}

interface Hour {
  readonly at: number;
  readonly cost: Decimal;
}

interface Ledger {
  readonly items: ReadonlyMap<string, { readonly currency: string; readonly hours: readonly Hour[] }>;
  /** First hour after all of them. */
  readonly end: number;
}

/**
 * What recommendations save together, by currency: each is applied to the same ledger of hours, so that an hour that one has
 * stopped is not saved again by another. What is left of an hour is its cost times what every recommendation leaves of it, so
 * that their order is no matter; where one moves work to what another would stop, the pair that saves more stands. Never more
 * than the sum of each alone, nor than the cost.
 * Example: stop (keeps 0.5 of the hours) and half the replicas (keeps 0.5 of each) of 100 a month: 75, not 100.
 */
export function jointSaving(parts: readonly SavingPart[]): JointSaving[] {
  const sorted = parts.toSorted((one, other) => (one.key < other.key ? -1 : 1));
  const ledger = ledgerOf(sorted);
  const currencies = [...new Set([...ledger.items.values()].map(({ currency }) => currency))].toSorted();
  return currencies.map((currency) => ({
    currency,
    saving: savedOf(ledger, currency, chosen(ledger, sorted, currency)),
  }));
}

/** What one saves alone; null with a reason where nothing it touches has a price. */
export function savingAlone(part: SavingPart): Saving {
  const [first, ...others] = jointSaving([part]);
  if (first === undefined) return unknown('nothing that it touches has a price');
  return others.length === 0 ? first.saving : unknown('what it touches is paid in several currencies');
}

export function unknown(reason: string): Saving {
  return { monthly: null, lower: null, upper: null, cost: null, reason };
}

function ledgerOf(parts: readonly SavingPart[]): Ledger {
  const items = new Map<string, { currency: string; hours: Hour[] }>();
  let end = 0;
  for (const { item, currency, start, costs } of parts.flatMap((part) => part.items)) {
    if (currency === null || items.has(item)) continue;
    const from = Date.parse(start);
    const hours = costs.flatMap((cost, index) =>
      cost === null ? [] : [{ at: from + index * HOUR_MS, cost: decimal(cost) }],
    );
    if (hours.length === 0) continue;
    items.set(item, { currency, hours });
    end = Math.max(end, from + costs.length * HOUR_MS);
  }
  return { items, end };
}

/** By item and hour: what is left of it, 0 to 1; 1 where nothing touches it. */
type Left = (item: string, at: number) => number;

function leftBy(parts: readonly SavingPart[]): Left {
  const touching = new Map<string, { start: number; keep: readonly number[] }[]>();
  for (const { items, effects } of parts) {
    for (const { item, keep } of effects) {
      const start = Date.parse(items.find((one) => one.item === item)?.start ?? '');
      touching.set(item, [...(touching.get(item) ?? []), { start, keep }]);
    }
  }
  return (item, at) =>
    (touching.get(item) ?? []).reduce((left, { start, keep }) => {
      const hour = keep.length === 1 ? 0 : (at - start) / HOUR_MS;
      return left * (keep[hour] ?? 1);
    }, 1);
}

/** Of plans that cannot both be carried out, those that save the most: first all without pins, then one plan after the other where it is better. */
function chosen(ledger: Ledger, parts: readonly SavingPart[], currency: string): Left {
  let taken = parts.filter(({ pins }) => pins.length === 0);
  let best = totalOf(ledger, currency, leftBy(taken));
  for (const plan of parts.filter(({ pins }) => pins.length > 0)) {
    const pinned = new Set(plan.pins);
    const clashes = (other: SavingPart) =>
      other.effects.some(({ item }) => pinned.has(item)) ||
      other.pins.some((item) => plan.effects.some((effect) => effect.item === item));
    const candidate = [...taken.filter((other) => !clashes(other)), plan];
    const total = totalOf(ledger, currency, leftBy(candidate));
    if (total.lessThanOrEqualTo(best)) continue;
    taken = candidate;
    best = total;
  }
  return leftBy(taken);
}

function totalOf({ items }: Ledger, currency: string, left: Left): Decimal {
  let total = decimal(0);
  for (const [item, held] of items) {
    if (held.currency !== currency) continue;
    total = total.plus(
      perMonth(sum(held.hours.map(({ at, cost }) => savedIn(cost, left(item, at)))), held.hours.length),
    );
  }
  return total;
}

function savedOf(ledger: Ledger, currency: string, left: Left): Saving {
  const monthly = totalOf(ledger, currency, left);
  let most = decimal(0);
  const byDay = new Map<number, Decimal>();
  for (const [item, { currency: own, hours }] of ledger.items) {
    if (own !== currency) continue;
    most = most.plus(perMonth(sum(hours.map(({ cost }) => cost)), hours.length));
    const days = Map.groupBy(hours, ({ at }) => Math.floor((ledger.end - HOUR_MS - at) / (DAY_HOURS * HOUR_MS)));
    for (const [day, part] of days) {
      const saved = perMonth(sum(part.map(({ at, cost }) => savedIn(cost, left(item, at)))), part.length);
      byDay.set(day, (byDay.get(day) ?? decimal(0)).plus(saved));
    }
  }
  const { lower, upper } = savingInterval([...byDay.values()], monthly, most);
  const money = (amount: Decimal): Money => ({ amount: decimalString(amount.toDecimalPlaces(PLACES)), currency });
  return {
    monthly: money(smallest(monthly, most)),
    lower: money(lower),
    upper: money(upper),
    cost: money(most),
    reason: null,
  };
}

function savedIn(cost: Decimal, left: number): Decimal {
  return cost.times(decimal(1).minus(left));
}

function perMonth(amount: Decimal, hours: number): Decimal {
  return amount.times(MONTH_HOURS).dividedBy(hours);
}

function sum(amounts: readonly Decimal[]): Decimal {
  return amounts.reduce((total, amount) => total.plus(amount), decimal(0));
}
