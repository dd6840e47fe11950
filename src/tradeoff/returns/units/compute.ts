import { type Decimal, decimal, decimalString } from '../../../platform/units/index.ts';
import { type MoneySeries, toMoney } from '../money-series.ts';
import type { UnitCostRow, UnitCosts } from './schema.ts';

/** Cost and units of one value of the grouping. */
export interface UnitGroup {
  /** null: without a value, or without a grouping. */
  readonly key: string | null;
  readonly cost: MoneySeries;
  readonly units: ReadonlyMap<string, Decimal>;
}

export type UnitFigures = Pick<UnitCosts, 'currency' | 'rows' | 'total' | 'costWithoutUnits' | 'unitsWithoutCost'>;

const PLACES = 20;
const MOST_LISTED = 100;
const MONTH_LENGTH = 'YYYY-MM'.length;

interface DayOfGroup {
  readonly day: string;
  readonly key: string | null;
  readonly cost: Decimal | null;
  readonly quantity: Decimal | null;
}

/**
 * Cost per unit of each period: sum of the cost / sum of the units, over the days that have both. A day with cost and without units
 * (none recorded, or 0), and a day with units and without cost, is in no quotient: it is counted and listed apart.
 *
 * @example 10 USD and 4 orders on one day, 5 USD and no order on the next -> 2.5 USD an order, 5 USD on 1 day without units
 */
export function computeUnitCosts(groups: readonly UnitGroup[], period: 'day' | 'month'): UnitFigures {
  const currencies = [...new Set(groups.flatMap(({ cost }) => cost.currency ?? []))];
  const unknown = groups.map(({ cost }) => cost.reason).find((reason) => reason !== null) ?? null;
  const several = currencies.length > 1 ? `the costs are in ${currencies.toSorted().join(' and ')}` : null;
  const reason = unknown ?? several;
  const currency = reason === null ? (currencies[0] ?? null) : null;
  const days = groups.flatMap(listDays);
  const both = days.filter(({ cost, quantity }) => cost !== null && quantity !== null);
  const costOnly = days.filter(({ quantity }) => quantity === null);
  const unitsOnly = days.filter(({ cost }) => cost === null);
  const periods = Map.groupBy(both, ({ day, key }) =>
    JSON.stringify([period === 'month' ? day.slice(0, MONTH_LENGTH) : day, key]),
  );
  const rows = [...periods].map(([name, of]) => buildRow(name, of, currency, reason));
  return {
    currency,
    rows: rows.toSorted((a, b) => a.period.localeCompare(b.period) || (a.key ?? '').localeCompare(b.key ?? '')),
    total: buildTotal(both, currency, reason),
    costWithoutUnits: buildLeftOut(costOnly, currency === null ? null : sum(costOnly.map(({ cost }) => cost))),
    unitsWithoutCost: buildLeftOut(unitsOnly, sum(unitsOnly.map(({ quantity }) => quantity))),
  };
}

function listDays({ key, cost, units }: UnitGroup): DayOfGroup[] {
  const days = [...new Set([...cost.byDay.keys(), ...units.keys()])].toSorted();
  return days.flatMap((day): DayOfGroup[] => {
    const [amount, quantity] = [cost.byDay.get(day) ?? null, units.get(day) ?? null];
    // A cost of 0 divides to 0 units of money: nothing was charged. Units of 0 divide nothing.
    const known = {
      cost: amount === null || amount.isZero() ? null : amount,
      quantity: quantity?.isZero() ? null : quantity,
    };
    return known.cost === null && known.quantity === null ? [] : [{ day, key, ...known }];
  });
}

function sum(amounts: readonly (Decimal | null)[]): Decimal {
  return amounts.reduce<Decimal>((total, one) => total.plus(one ?? 0), decimal(0));
}

function buildRow(
  name: string,
  of: readonly DayOfGroup[],
  currency: string | null,
  reason: string | null,
): UnitCostRow {
  const [period, key] = JSON.parse(name) as [string, string | null];
  const quantity = sum(of.map((one) => one.quantity));
  if (currency === null) {
    return { period, key, cost: null, quantity: decimalString(quantity), costPerUnit: null, reason };
  }
  const cost = sum(of.map((one) => one.cost));
  const costPerUnit = toMoney(cost.dividedBy(quantity).toDecimalPlaces(PLACES), currency);
  return { period, key, cost: toMoney(cost, currency), quantity: decimalString(quantity), costPerUnit, reason: null };
}

function buildTotal(both: readonly DayOfGroup[], currency: string | null, reason: string | null): UnitFigures['total'] {
  const quantity = sum(both.map((one) => one.quantity));
  const figure = { quantity: decimalString(quantity), days: new Set(both.map(({ day }) => day)).size };
  if (currency === null || both.length === 0) {
    return { ...figure, cost: null, costPerUnit: null, reason: reason ?? 'no day has both cost and units' };
  }
  const cost = sum(both.map((one) => one.cost));
  const costPerUnit = toMoney(cost.dividedBy(quantity).toDecimalPlaces(PLACES), currency);
  return { ...figure, cost: toMoney(cost, currency), costPerUnit, reason: null };
}

function buildLeftOut(days: readonly DayOfGroup[], amount: Decimal | null): UnitFigures['costWithoutUnits'] {
  return {
    days: days.length,
    amount: amount === null ? null : decimalString(amount),
    list: days
      .map(({ day, key }) => ({ day, key }))
      .toSorted((a, b) => a.day.localeCompare(b.day))
      .slice(0, MOST_LISTED),
  };
}
