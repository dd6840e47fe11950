import { z } from 'zod';
import { decimal, decimalString } from '../../../platform/units/index.ts';
import { type AwsMachine, machineAttributes, parseOnDemandMachine } from './aws-machine.ts';
import { collectPrices, type PriceCollector, parseCatalogueInstant, type ReadCatalogue } from './catalogue-price.ts';
import { type JsonPlan, readJsonMembers } from './json-members.ts';
import { createForeignFileError, type PriceFile, readText, toJsonError } from './price-file.ts';

const Product = z.object({
  productFamily: z.string().default(''),
  attributes: z.object(Object.fromEntries(machineAttributes.map((name) => [name, z.string().optional()]))),
});

/** Offers of one product: by their code, each with rates, each with a price by currency. */
const Offers = z.record(
  z.string(),
  z.object({
    effectiveDate: z.string(),
    priceDimensions: z.record(
      z.string(),
      z.object({ unit: z.string(), pricePerUnit: z.record(z.string(), z.string().regex(/^\d+(\.\d+)?$/)) }),
    ),
  }),
);

const ENTERED = new Set(['', 'products', 'terms', 'terms.OnDemand']);
const TAKEN = new Set(['offerCode', 'publicationDate', 'products.*', 'terms.OnDemand.*']);

/** Reserved terms are most of the file; they are passed over. */
const plan: JsonPlan = (path) => {
  if (ENTERED.has(path.join('.'))) return 'enter';
  const pattern = path.length === 1 ? path[0] : [...path.slice(0, -1), '*'].join('.');
  return TAKEN.has(pattern ?? '') ? 'take' : 'skip';
};

/**
 * Prices on demand of an AWS price list (JSON of the bulk API, of one region or of all). Its products are before its terms,
 * so that one pass is enough: of the products only machines are remembered. `region` is that of files that name none.
 * Errors: `file_format_unknown`, `file_truncated`, `file_unreadable`.
 */
export async function readAwsJson(file: PriceFile, region: string | null): Promise<ReadCatalogue> {
  const machines = new Map<string, AwsMachine>();
  const prices = collectPrices();
  const facts: Record<string, unknown> = {};
  try {
    for await (const { path, value } of readJsonMembers(readText(file), plan)) {
      const [part = '', , sku = ''] = path;
      if (part === 'products') addMachine(machines, path[1] ?? '', value, file.name);
      else if (part === 'terms') addOffers(prices, machines.get(sku), value, { region, name: file.name });
      else facts[part] = value;
      if (part === 'offerCode') refuseOtherOffers(value, file.name);
    }
  } catch (error) {
    throw toJsonError(error, file.name);
  }
  if (facts.offerCode === undefined)
    throw createForeignFileError(file.name, 'it has no offerCode, which an AWS price list has');
  if (machines.size > 0 && prices.collected().prices.length === 0)
    throw createForeignFileError(file.name, 'none of its machines has a price on demand after it');
  return { publishedAt: parseCatalogueInstant(String(facts.publicationDate)), ...prices.collected() };
}

/** Errors: `file_format_unknown`. */
export function refuseOtherOffers(offerCode: unknown, name: string): void {
  if (offerCode === 'AmazonEC2') return;
  throw createForeignFileError(
    name,
    `it is the price list of "${String(offerCode)}"; machines are in that of AmazonEC2`,
  );
}

function addMachine(machines: Map<string, AwsMachine>, sku: string, value: unknown, name: string): void {
  const product = Product.safeParse(value);
  if (!product.success)
    throw createForeignFileError(name, `product "${sku}" is not as AWS writes products`, product.error);
  const machine = parseOnDemandMachine(product.data.productFamily, product.data.attributes);
  if (machine !== null) machines.set(sku, machine);
}

function addOffers(
  prices: PriceCollector,
  machine: AwsMachine | undefined,
  value: unknown,
  { region, name }: { readonly region: string | null; readonly name: string },
): void {
  if (machine === undefined) return;
  const offers = Offers.safeParse(value);
  if (!offers.success)
    throw createForeignFileError(name, `the price of ${machine.resource} is not as AWS writes prices`, offers.error);
  for (const { effectiveDate, priceDimensions } of Object.values(offers.data)) {
    for (const { unit, pricePerUnit } of Object.values(priceDimensions)) {
      for (const [currency, amount] of Object.entries(pricePerUnit)) {
        addAwsPrice(prices, machine, { region, name, unit, effectiveDate, currency, amount });
      }
    }
  }
}

export interface AwsRate {
  readonly region: string | null;
  readonly name: string;
  readonly unit: string;
  readonly effectiveDate: string;
  readonly currency: string;
  readonly amount: string;
}

/** A price of zero is that of a machine which is not sold so. Errors: `file_format_unknown`. */
export function addAwsPrice(prices: PriceCollector, machine: AwsMachine, rate: AwsRate): void {
  if (rate.unit !== 'Hrs' || decimal(rate.amount).isZero()) return;
  const region = machine.region ?? rate.region;
  if (region === null) throw createForeignFileError(rate.name, 'it names no region; say which it is with --region');
  const effectiveFrom = parseCatalogueInstant(rate.effectiveDate);
  if (effectiveFrom === null) throw createForeignFileError(rate.name, `"${rate.effectiveDate}" is no date`);
  const price = { amount: decimalString(rate.amount), currency: rate.currency };
  prices.add({ resource: machine.resource, region, price, effectiveFrom, effectiveTo: null }, machine.rank);
}
