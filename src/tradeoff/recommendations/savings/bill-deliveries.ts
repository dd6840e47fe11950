import type { Billing } from '../../../finops/billing/index.ts';
import type { Sql } from '../../../platform/store/index.ts';

const BOOK = 'bill@';

/** Months of bills that prices were learned from. Example: a price of the book `bill@2026-10` -> `2026-10`. */
export function collectBilledMonths(prices: readonly { readonly book: string }[]): Set<string> {
  return new Set(prices.flatMap(({ book }) => (book.startsWith(BOOK) ? [book.slice(BOOK.length)] : [])));
}

/** Active deliveries of these months, in order. */
export async function findMonthDeliveries(
  billing: Pick<Billing, 'currentUnits'>,
  sql: Sql,
  months: ReadonlySet<string>,
): Promise<string[]> {
  if (months.size === 0) return [];
  const units = await billing.currentUnits(sql);
  return [...new Set(units.flatMap(({ period, delivery }) => (months.has(period) ? [delivery] : [])))].toSorted();
}
