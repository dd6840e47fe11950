import type { CostMetric, Delivery } from '../../../src/finops/billing/schema.ts';
import { decimal, decimalString, type Money } from '../../../src/platform/units/schema.ts';

const BILLED = 'billedCost';

/** Id of the unit of replacement of a delivery's entry. */
export function unitId(entry: Pick<Delivery, 'source' | 'export' | 'dataset' | 'scope' | 'period'>): string {
  return JSON.stringify([entry.source, entry.export, entry.dataset, entry.scope, entry.period]);
}

/** `focus (billing-account-7)`; only the name where the scope is the default. */
export function exportName(entry: Pick<Delivery, 'export' | 'scope'>): string {
  return entry.scope === 'default' ? entry.export : `${entry.export} (${entry.scope})`;
}

/** Short id for tables; the full id appears on hover. */
export function shortId(delivery: string): string {
  return delivery.slice(0, 10);
}

/** Sums of one metric, an entry a currency. */
export function listMoney(entry: Pick<Delivery, 'totals'>, metric: CostMetric = BILLED): Money[] {
  return entry.totals.filter((total) => total.metric === metric).map(({ amount, currency }) => ({ amount, currency }));
}

/** Each entry with its predecessor in the same unit, in the order of the list, oldest first. */
export function withPredecessors(
  entries: readonly Delivery[],
): readonly { readonly entry: Delivery; readonly before: Delivery | null }[] {
  const last = new Map<string, Delivery>();
  return entries.map((entry) => {
    const unit = unitId(entry);
    const before = last.get(unit) ?? null;
    // An ignored delivery was never current, so it precedes no other.
    if (entry.standing !== 'ignored' && entry.period !== null) last.set(unit, entry);
    return { entry, before };
  });
}

/** The current delivery of an entry's unit; null when none counts. */
export function standingFor(entries: readonly Delivery[], entry: Delivery): Delivery | null {
  const unit = unitId(entry);
  return entries.find((other) => unitId(other) === unit && other.standing === 'current') ?? null;
}

/** `after - before` in each currency of the two; a currency that only one of them has counts as 0 in the other. */
export function moneyChange(before: Pick<Delivery, 'totals'>, after: Pick<Delivery, 'totals'>): Money[] {
  const sums = new Map<string, string>();
  const add = ({ amount, currency }: Money, sign: 1 | -1) =>
    sums.set(currency, decimalString(decimal(sums.get(currency) ?? '0').plus(decimal(amount).times(sign))));
  for (const money of listMoney(after)) add(money, 1);
  for (const money of listMoney(before)) add(money, -1);
  return [...sums].map(([currency, amount]) => ({ amount, currency }));
}

/** Sum of money in one currency. */
export function sumIn(currency: string, money: readonly Money[]): Money {
  const own = money.filter((one) => one.currency === currency);
  const amount = decimalString(own.reduce((sum, one) => sum.plus(one.amount), decimal(0)));
  return { amount, currency };
}
