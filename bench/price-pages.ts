import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { PriceFile } from './price-file.ts';

const REGIONS = 57;
const ITEMS_A_PAGE = 1000;
/** Ways to pay for one machine in one region; the first is the one that an import wants. */
const WAYS = [
  { productName: 'Virtual Machines ND H100 v5 Series', suffix: '', type: 'Consumption' },
  { productName: 'Virtual Machines ND H100 v5 Series Windows', suffix: '', type: 'Consumption' },
  { productName: 'Virtual Machines ND H100 v5 Series', suffix: ' Spot', type: 'Consumption' },
  { productName: 'Virtual Machines ND H100 v5 Series Windows', suffix: ' Spot', type: 'Consumption' },
  { productName: 'Virtual Machines ND H100 v5 Series', suffix: ' Low Priority', type: 'Consumption' },
  { productName: 'Virtual Machines ND H100 v5 Series', suffix: '', type: 'Reservation' },
  { productName: 'Virtual Machines ND H100 v5 Series', suffix: '', type: 'DevTestConsumption' },
] as const;

/**
 * Writes pages of Azure's Retail Prices API behind each other, as a script that follows them saves them: `types` machines in
 * 57 regions. The same call writes the same bytes. A type takes some 0.3 MB.
 */
export async function writePricePages(path: string, types: number): Promise<PriceFile> {
  await pipeline(Readable.from(pages(types)), createWriteStream(path));
  return { path, sizeBytes: (await stat(path)).size, prices: types * REGIONS };
}

function* pages(types: number): Generator<string> {
  const items = types * REGIONS * WAYS.length;
  for (let from = 0; from < items; from += ITEMS_A_PAGE) {
    const to = Math.min(from + ITEMS_A_PAGE, items);
    const Items = Array.from({ length: to - from }, (_, index) => itemAt(from + index));
    const NextPageLink = to < items ? `https://prices.example/api/retail/prices?$skip=${to}` : null;
    const facts = { BillingCurrency: 'USD', CustomerEntityId: 'Default', CustomerEntityType: 'Retail' };
    yield `${JSON.stringify({ ...facts, Items, NextPageLink, Count: Items.length })}\n`;
  }
}

function itemAt(index: number): object {
  const { productName, suffix, type } = WAYS[index % WAYS.length] ?? WAYS[0];
  const region = Math.floor(index / WAYS.length) % REGIONS;
  const machine = Math.floor(index / WAYS.length / REGIONS);
  const name = `ND${machine}isr H100 v5`;
  const price = 1 + (index % 997) / 1000;
  return {
    currencyCode: 'USD',
    tierMinimumUnits: 0,
    retailPrice: price,
    unitPrice: price,
    armRegionName: `region${region}`,
    location: `Region ${region}`,
    effectiveStartDate: '2026-03-01T00:00:00Z',
    meterId: `000a794b-bdb0-58be-a0cd-${String(index).padStart(12, '0')}`,
    meterName: `${name}${suffix}`,
    productId: 'DZH318Z0BQPS',
    skuId: 'DZH318Z0BQPS/00TG',
    productName,
    skuName: `${name}${suffix}`,
    serviceName: 'Virtual Machines',
    serviceId: 'DZH313Z7MMC8',
    serviceFamily: 'Compute',
    unitOfMeasure: '1 Hour',
    type,
    isPrimaryMeterRegion: true,
    armSkuName: `Standard_${name.replaceAll(' ', '_')}`,
  };
}
