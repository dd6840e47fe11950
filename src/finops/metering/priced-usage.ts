import type { FindSubjectOwner, Org } from '../../org/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import type { Events } from '../../platform/events/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import { type BookedPrice, buildDeclaredPrice, type Prices } from '../prices/index.ts';
import { computeMeteredCost, computeResourceHours, type Metered } from './metered-cost.ts';
import type { StoredUsage } from './store.ts';

export interface MeteringDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly prices: Pick<Prices, 'of' | 'stamp'>;
  readonly events: Pick<Events, 'append'>;
  readonly org: Pick<Org, 'withTeam'>;
  readonly ownerOf: FindSubjectOwner;
}

export interface MeteredUsage {
  readonly usage: StoredUsage;
  readonly metered: Metered;
  readonly hours: string;
}

/** Prices each interval; reads the price book once per resource. */
export async function priceUsage(
  deps: MeteringDeps,
  sql: Sql,
  usages: readonly StoredUsage[],
): Promise<MeteredUsage[]> {
  const books = new Map<string, BookedPrice[]>();
  const priced: MeteredUsage[] = [];
  for (const usage of usages) {
    const booked = books.get(usage.resource) ?? (await deps.prices.of(sql, usage.resource));
    books.set(usage.resource, booked);
    const prices = usage.price === null ? booked : [buildDeclaredPrice(usage.resource, usage.price)];
    priced.push({ usage, metered: computeMeteredCost(usage, prices), hours: computeResourceHours(usage) });
  }
  return priced;
}

export function clipUsages(usages: readonly StoredUsage[], within: { readonly start: number; readonly end: number }) {
  return usages.map((usage) => ({
    ...usage,
    start: Math.max(usage.start, within.start),
    end: Math.min(usage.end, within.end),
  }));
}

/** The one currency of a sum; null for none. Errors: `currency_mismatch`. */
export function requireOneCurrency(currencies: readonly string[]): string | null {
  if (currencies.length <= 1) return currencies[0] ?? null;
  const detail = `The price book prices this in ${currencies.join(' and ')}; one sum needs one currency.`;
  throw new AppError('currency_mismatch', detail);
}
