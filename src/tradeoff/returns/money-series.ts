import type { Conversion } from '../../finops/exchange/index.ts';
import { type Decimal, decimal, decimalString, type Money } from '../../platform/units/index.ts';

/** An exact amount of one UTC day ("2026-11-03"). */
export interface DatedAmount {
  readonly day: string;
  readonly currency: string;
  readonly amount: string;
}

/** Amounts of one currency by day, or the reason why they have none. */
export interface MoneySeries {
  /** null: there is no amount, or `reason` states why the amounts cannot be added. */
  readonly currency: string | null;
  readonly byDay: ReadonlyMap<string, Decimal>;
  /** Why the amounts cannot be added; null when they can. */
  readonly reason: string | null;
}

/** Days, half-open: "2026-11-01" to "2026-12-01" is November. */
export interface DayRange {
  readonly start: string;
  readonly end: string;
}

/** Target currency with the rates of each day. */
export interface Reporting {
  readonly currency: string;
  readonly conversion: Pick<Conversion, 'convert'>;
}

/**
 * Adds amounts by day. With a reporting currency each amount is converted at the rate of its day; an amount without a rate makes the
 * series unknown. Without one, amounts in several currencies make it unknown: they are never added.
 *
 * @example two amounts of 1 and 2 USD on one day -> currency USD, that day 3
 */
export function buildMoneySeries(amounts: Iterable<DatedAmount>, reporting: Reporting | null): MoneySeries {
  const byDay = new Map<string, Decimal>();
  const currencies = new Set<string>();
  const missing = new Set<string>();
  for (const one of amounts) {
    const amount = reporting === null ? decimal(one.amount) : reporting.conversion.convert(one);
    currencies.add(one.currency);
    if (amount === null) missing.add(one.currency);
    else byDay.set(one.day, amount.plus(byDay.get(one.day) ?? 0));
  }
  const names = [...currencies].toSorted();
  if (missing.size > 0 && reporting !== null) {
    const reason = `no exchange rate from ${[...missing].toSorted().join(' and ')} to ${reporting.currency} on some of its days`;
    return { currency: null, byDay: new Map(), reason };
  }
  if (reporting === null && names.length > 1) {
    const reason = `the amounts are in ${names.join(' and ')}; choose a reporting currency with exchange rates to add them`;
    return { currency: null, byDay: new Map(), reason };
  }
  return { currency: reporting?.currency ?? names[0] ?? null, byDay, reason: null };
}

/** Sum of the days of a range; exact. */
export function sumDays({ byDay }: Pick<MoneySeries, 'byDay'>, { start, end }: DayRange): Decimal {
  let sum = decimal(0);
  for (const [day, amount] of byDay) if (day >= start && day < end) sum = sum.plus(amount);
  return sum;
}

/** Whether a series has an amount in a range. */
export function hasDays({ byDay }: Pick<MoneySeries, 'byDay'>, { start, end }: DayRange): boolean {
  for (const day of byDay.keys()) if (day >= start && day < end) return true;
  return false;
}

export function toMoney(amount: Decimal, currency: string): Money {
  return { amount: decimalString(amount), currency };
}

const DAY_LENGTH = 'YYYY-MM-DD'.length;

/** UTC day of an instant in Unix milliseconds. */
export function toDay(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, DAY_LENGTH);
}

/** Start of a day in Unix milliseconds. */
export function toInstantMs(day: string): number {
  return Date.parse(`${day}T00:00:00Z`);
}
