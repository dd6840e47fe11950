import { z } from 'zod';
import { AppError } from '../../../platform/errors/index.ts';
import { decimal, decimalString } from '../../../platform/units/index.ts';
import { collectPrices, type PriceCollector, parseCatalogueInstant, type ReadCatalogue } from './catalogue-price.ts';
import { type JsonPlan, readJsonMembers } from './json-members.ts';
import { createForeignFileError, type PriceFile, readText, toJsonError } from './price-file.ts';

/** One price of the Retail Prices API, with only the fields that are used. */
const Item = z.object({
  currencyCode: z.string(),
  tierMinimumUnits: z.number().default(0),
  retailPrice: z.number().nonnegative(),
  armRegionName: z.string(),
  effectiveStartDate: z.string(),
  effectiveEndDate: z.string().nullish(),
  armSkuName: z.string().nullish(),
  productName: z.string(),
  skuName: z.string(),
  meterName: z.string(),
  serviceName: z.string(),
  unitOfMeasure: z.string(),
  type: z.string(),
  isPrimaryMeterRegion: z.boolean().default(true),
});
type Item = z.infer<typeof Item>;

/** Number of pages, and number of pages that they link to. */
interface Pages {
  read: number;
  ledOn: number;
}

/**
 * On-demand prices of virtual machines, from pages of Azure's Retail Prices API: one page per file, or several in sequence.
 * All pages of one answer are required: the last one has no link to a next page. Errors: `file_format_unknown`,
 * `file_truncated`, `file_unreadable`, `price_list_unusable`.
 */
export async function readAzure(files: readonly PriceFile[]): Promise<ReadCatalogue> {
  const prices = collectPrices();
  const pages: Pages = { read: 0, ledOn: 0 };
  for (const file of files) {
    const before = pages.read;
    await readPages(file, prices, pages);
    if (pages.read === before)
      throw createForeignFileError(file.name, 'it has no Items, which a page of retail prices has');
  }
  const missing = pages.ledOn - (pages.read - 1);
  if (missing > 0) {
    const detail = `The last of ${pages.read} pages leads on to another one (NextPageLink), which is not here. Fetch all pages; nothing has changed.`;
    throw new AppError('price_list_unusable', detail, { pages: pages.read });
  }
  return { publishedAt: null, ...prices.collected() };
}

async function readPages(file: PriceFile, prices: PriceCollector, pages: Pages): Promise<void> {
  const plan: JsonPlan = (path) => {
    if (path[0] === 'Items') {
      if (path.length === 1) pages.read += 1;
      return path.length === 1 ? 'enter' : 'take';
    }
    return path[0] === 'NextPageLink' || path[0] === 'offerCode' ? 'take' : 'skip';
  };
  try {
    for await (const { path, value } of readJsonMembers(readText(file), plan)) {
      if (path[0] === 'Items') addItem(prices, value, file.name);
      else if (path[0] === 'offerCode')
        throw createForeignFileError(file.name, 'it is a price list of AWS: steelyard price import aws');
      else if (typeof value === 'string' && value !== '') pages.ledOn += 1;
    }
  } catch (error) {
    throw toJsonError(error, file.name);
  }
}

function addItem(prices: PriceCollector, value: unknown, name: string): void {
  if (!canBeMachine(value)) return;
  const parsed = Item.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = `"${issue?.path.join('.') ?? ''}" of a price`;
    throw createForeignFileError(
      name,
      `${where} is not as the Retail Prices API writes it (${issue?.message})`,
      parsed.error,
    );
  }
  const item = parsed.data;
  if (!isOnDemandMachine(item)) return;
  const effectiveFrom = parseCatalogueInstant(item.effectiveStartDate);
  if (effectiveFrom === null) throw createForeignFileError(name, `"${item.effectiveStartDate}" is no date`);
  prices.add(
    {
      resource: item.armSkuName ?? '',
      region: item.armRegionName,
      price: { amount: decimalString(decimal(item.retailPrice)), currency: item.currencyCode },
      effectiveFrom,
      effectiveTo: parseCatalogueInstant(item.effectiveEndDate ?? ''),
    },
    item.isPrimaryMeterRegion ? 0 : 1,
  );
}

/** Most items are of something else; those need not be as a machine's are. */
function canBeMachine(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('serviceName' in value) || !('type' in value)) return true;
  return value.serviceName === 'Virtual Machines' && value.type === 'Consumption';
}

/** Of Linux, by the hour, not Spot, not Low Priority, not Cloud Services; a price of zero is none. */
function isOnDemandMachine(item: Item): boolean {
  const isMachine = item.serviceName === 'Virtual Machines' && item.type === 'Consumption';
  const isByTheHour = item.unitOfMeasure === '1 Hour' && item.tierMinimumUnits === 0 && item.retailPrice > 0;
  const isNamed = (item.armSkuName ?? '') !== '' && item.armRegionName !== '';
  const isOther = /\bWindows$|cloud ?services/i.test(item.productName) || /\b(Spot|Low Priority)$/.test(item.meterName);
  return isMachine && isByTheHour && isNamed && !isOther && !item.skuName.endsWith(' Spot');
}
