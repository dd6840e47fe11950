import type { Delivery, Restatement } from '../../../src/finops/billing/schema.ts';
import { decimal, decimalString } from '../../../src/platform/units/schema.ts';
import type { BarSeries, TimeMark } from '../charts/stacked-bars-option.ts';
import { formatMoneyDelta } from '../format/money.ts';
import { formatDate } from '../format/time.ts';
import { categoryColour, OTHER_COLOUR, SERIES_LIMIT } from '../theme/category-colours.ts';
import { listMoney } from './history.ts';

export const OTHER_SOURCES = 'other';

/** Currencies of the deliveries that count, the most frequent first. */
export function listDeliveryCurrencies(entries: readonly Delivery[]): string[] {
  const counts = new Map<string, number>();
  for (const entry of entries.filter(({ current }) => current))
    for (const { currency } of listMoney(entry)) counts.set(currency, (counts.get(currency) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a).map(([currency]) => currency);
}

/** Billing periods that any delivery is of, oldest first. */
export function listPeriods(entries: readonly Delivery[]): string[] {
  return [...new Set(entries.flatMap(({ period }) => (period === null ? [] : [period])))].sort();
}

/**
 * Billed cost of the deliveries that count in each period, one series for each source by name; sources beyond seven are
 * "other".
 */
export function periodSeries(entries: readonly Delivery[], periods: readonly string[], currency: string): BarSeries[] {
  const counted = entries.filter(({ current }) => current);
  const sources = [...new Set(counted.map(({ source }) => source))].sort();
  const named = sources.slice(0, SERIES_LIMIT).map((source, index) => ({
    ...{ id: source, label: source, variable: categoryColour(index) },
    amounts: sumAmounts([source], counted, periods, currency),
  }));
  const rest = sources.slice(SERIES_LIMIT);
  if (rest.length === 0) return named;
  const amounts = sumAmounts(rest, counted, periods, currency);
  return [...named, { id: OTHER_SOURCES, label: `other (${rest.length})`, variable: OTHER_COLOUR, amounts }];
}

function sumAmounts(
  sources: readonly string[],
  counted: readonly Delivery[],
  periods: readonly string[],
  currency: string,
): (string | null)[] {
  return periods.map((period) => {
    const own = counted.filter((entry) => entry.period === period && sources.includes(entry.source));
    const money = own.flatMap((entry) => listMoney(entry)).filter((one) => one.currency === currency);
    return money.length === 0 ? null : decimalString(money.reduce((sum, { amount }) => sum.plus(amount), decimal(0)));
  });
}

/** How a restatement moved the billed cost, in each currency. */
export function restatedMoney(restatement: Pick<Restatement, 'delta'>): { amount: string; currency: string }[] {
  const billed = restatement.delta.filter(({ metric, delta }) => metric === 'billedCost' && delta !== null);
  const sums = new Map<string, string>();
  for (const { currency, delta } of billed)
    sums.set(currency, decimalString(decimal(sums.get(currency) ?? '0').plus(delta ?? '0')));
  return [...sums].map(([currency, amount]) => ({ amount, currency }));
}

/** Restatements as marks at their billing period. */
export function restatementMarks(restatements: readonly Restatement[]): TimeMark[] {
  return restatements.map((one) => {
    const money = restatedMoney(one).map(formatMoneyDelta).join(', ');
    return {
      slot: one.period,
      label: `Restated on ${formatDate(one.at)}: ${money === '' ? 'no amount changed' : money}`,
    };
  });
}
