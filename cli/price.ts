import { z } from 'zod';
import {
  getPrice,
  type ListedPrice,
  learnPrices,
  listPrices,
  listPricesCsv,
  type PriceAt,
  PriceOrigin,
  RegionName,
} from '../src/finops/prices/schema.ts';
import { formatPriceText, UtcInstant } from '../src/platform/units/schema.ts';
import { passOn, refuseBothFormats } from './downloads.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { limitOption, moreText, readPages } from './frame/pages.ts';
import { counted } from './output/amounts.ts';
import { table } from './output/table.ts';
import { importPricesCommand } from './price-import.ts';

const pricesCommand = command({
  path: ['price', 'list'],
  summary: 'List the price book: your own prices, bill prices and price lists',
  example: `steelyard price list --origin own
steelyard price list --region eu-west-1 --instance p5.48xlarge
steelyard price list --csv > prices.csv`,
  needs: 'server',
  options: {
    origin: {
      value: 'ORIGIN',
      schema: PriceOrigin.exclude(['declared']),
      describe: 'Only this origin: own, bill, catalogue or builtIn; all but builtIn by default',
    },
    instance: { value: 'TYPE', describe: 'Only of this instance type, or other key of the price book' },
    region: { value: 'REGION', schema: RegionName, describe: 'Only of this region' },
    csv: { describe: 'Print all prices as CSV' },
    ...limitOption,
  },
  run: async (context, { csv, limit, instance: resource, ...selected }) => {
    refuseBothFormats(context, csv);
    const client = await context.client();
    const query = { ...selected, resource };
    if (csv) {
      await passOn(await client.download(listPricesCsv, { query }), context);
      return 0;
    }
    const page = await readPages(client, listPrices, query, 'prices', limit);
    await context.answer(page, () => pricesText(page.prices, context));
    if (page.prices.length === 0) await context.remark(NO_PRICE);
    const more = moreText(page);
    if (more !== null) await context.remark(more);
    return 0;
  },
});

const NO_PRICE = 'No such price. steelyard apply -f PRICES.yaml, or steelyard price import aws --region REGION';

function pricesText(prices: readonly ListedPrice[], { paint }: Context): string {
  if (prices.length === 0) return '';
  return table(
    prices,
    [
      { title: 'RESOURCE', cell: ({ resource }) => resource },
      { title: 'REGION', cell: ({ region }) => region },
      { title: 'PER HOUR', align: 'decimal', cell: ({ price }) => formatPriceText(price) },
      { title: 'FROM', cell: ({ effectiveFrom }) => effectiveFrom.slice(0, 10) },
      { title: 'TO', cell: ({ effectiveTo }) => effectiveTo?.slice(0, 10) ?? null },
      { title: 'ORIGIN', cell: ({ origin }) => origin },
      { title: 'AGE', align: 'right', cell: ({ ageDays }) => (ageDays === null ? null : counted(ageDays, 'day')) },
      { title: 'SOURCE', cell: ({ source }) => source, least: 12 },
    ],
    paint,
  );
}

const learnCommand = command({
  path: ['price', 'learn'],
  summary: 'Derive prices from all billing months again; each import does this automatically',
  example: 'steelyard price learn',
  needs: 'server',
  run: async (context) => {
    const client = await context.client();
    const { periods } = await client.call(learnPrices);
    await context.answer({ periods }, () => `Learned from ${counted(periods.length, 'month')}.`);
    return 0;
  },
});

const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}(T[\d:.]+Z)?$/, 'a day such as 2026-11-25, or an instant in UTC')
  .transform((text) => (text.includes('T') ? text : `${text}T00:00:00Z`))
  .pipe(UtcInstant);

const priceCommand = command({
  path: ['price', 'show'],
  summary: 'Show the price of an instance at a time, with its origin and age',
  example: `steelyard price show --instance p5.48xlarge --at 2025-06-22
steelyard price show --instance p5.48xlarge --region eu-west-1
steelyard price show --instance gpu:A10G --json`,
  needs: 'server',
  options: {
    instance: { value: 'TYPE', required: true, describe: 'Instance type, or another key of the price book' },
    region: { value: 'REGION', schema: RegionName, describe: 'Region; the region in the settings by default' },
    at: { value: 'DATE', schema: day, describe: 'Day (midnight UTC) or instant; now by default' },
  },
  run: async (context, { instance, ...query }) => {
    const client = await context.client();
    const price = await client.call(getPrice, { query: { resource: instance, ...query } });
    await context.answer(price, () => priceText(price));
  },
});

function priceText({ resource, amount, currency, source, effectiveFrom, effectiveTo, ageDays }: PriceAt): string {
  const until = effectiveTo === null ? '' : ` until ${effectiveTo.slice(0, 10)}`;
  const age = ageDays === 0 ? '' : `, last seen ${ageDays} ${ageDays === 1 ? 'day' : 'days'} before`;
  return `${resource}  ${formatPriceText({ amount, currency })} an hour, from ${effectiveFrom.slice(0, 10)}${until}\n${source}${age}`;
}

export const priceCommands = [pricesCommand, priceCommand, importPricesCommand, learnCommand];
