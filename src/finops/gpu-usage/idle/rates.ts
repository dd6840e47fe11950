import type { Sql } from '../../../platform/store/index.ts';
import { formatPriceText } from '../../../platform/units/index.ts';
import type { Money } from '../../../platform/units/schema.ts';
import type { ImportPrice } from '../../gpu-telemetry/index.ts';
import { type BookedPrice, formatUsedPrice, type Prices, toUsedPrice } from '../../prices/index.ts';

/** Hourly price of one GPU for the readings of an import, in a period of Unix milliseconds, end exclusive. */
export interface Rate {
  readonly import: string;
  readonly price: Money;
  /** Source of the price, in words. */
  readonly source: string;
  readonly since: number;
  readonly until: number;
}

export interface Rates {
  readonly rates: readonly Rate[];
  /** By import: reason why its time may lack a price, in part or in full; null if all of it has one. */
  readonly reasons: ReadonlyMap<string, string | null>;
}

/** Later than any possible reading. */
export const FOREVER_MS = 2 ** 50;

/** A price stated with an import applies to all of its readings; otherwise the price book has the price of its resource, by date. */
export async function readRates(sql: Sql, prices: Pick<Prices, 'of'>, imports: readonly ImportPrice[]): Promise<Rates> {
  const rates: Rate[] = [];
  const reasons = new Map<string, string | null>();
  const booked = new Map<string, readonly BookedPrice[]>();
  for (const { id, stated, resource } of imports) {
    if (stated !== null) {
      const source = `${formatPriceText(stated)} an hour, stated with the import of readings`;
      rates.push({ import: id, price: stated, source, since: 0, until: FOREVER_MS });
      reasons.set(id, null);
    } else if (resource === null) {
      reasons.set(id, 'no price and no resource of the price book was stated with the import');
    } else {
      const known = booked.get(resource) ?? (await prices.of(sql, resource));
      booked.set(resource, known);
      rates.push(...known.map((price) => toRate(id, resource, price)));
      const what = known.length === 0 ? 'no' : 'for a part of the time no';
      reasons.set(id, `the price book has ${what} price of "${resource}"`);
    }
  }
  return { rates, reasons };
}

function toRate(id: string, resource: string, booked: BookedPrice): Rate {
  const { price, effectiveFrom, effectiveTo } = booked;
  const until = effectiveTo === null ? FOREVER_MS : Date.parse(effectiveTo);
  const source = formatUsedPrice({ ...toUsedPrice(booked, resource, 0), ageDays: null });
  return { import: id, price, source, since: Date.parse(effectiveFrom), until };
}
