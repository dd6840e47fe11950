import { seedFor } from '../random/xoshiro.ts';
import type { Cloud } from './focus-columns.ts';
import type { Meter } from './meter.ts';

export interface SkuIds {
  readonly skuId: string;
  readonly skuPriceId: string;
}

/** Stable invented ids in each cloud's form: one price id per sku, the same in every month and account. */
export function skuIdsOf(meter: Meter): SkuIds {
  const name = `${meter.serviceName}/${meter.skuMeter}`;
  if (meter.cloud === 'aws') {
    const skuId = base36(name, 16);
    return { skuId, skuPriceId: `${skuId}.JRTCKXETXF.6YS6EN2CT7` };
  }
  const skuId = `DZH318Z0${base36(name, 4)}/00${base36(`${name}/sku`, 2)}`;
  return { skuId, skuPriceId: `${skuId}/${base36(`${name}/price`, 12)}` };
}

/** A resource id suffix: `length` hexadecimal digits that depend on the name alone. */
export function hexId(name: string, length: number): string {
  let digits = '';
  for (let part = 0; digits.length < length; part++) {
    digits += seedFor(part, name).toString(16).padStart(8, '0');
  }
  return digits.slice(0, length);
}

/** The invoice number of a month; `undefined` (null) while the month is open. */
export function invoiceIdOf(cloud: Cloud, month: { label: string; open: boolean }): string | undefined {
  if (month.open) return undefined;
  const number = seedFor(7, `${cloud}/${month.label}`).toString().padStart(10, '0');
  return cloud === 'aws' ? number : `G${number.slice(0, 9)}`;
}

function base36(name: string, length: number): string {
  let text = '';
  for (let part = 0; text.length < length; part++) text += seedFor(part, name).toString(36).toUpperCase();
  return text.slice(0, length);
}
