import { z } from 'zod';
import { getPrice, listPrices, type Price, type PriceAt } from '../src/finops/prices/schema.ts';
import { UtcInstant } from '../src/platform/units/schema.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { table } from './output/table.ts';

const pricesCommand = command({
  path: ['price', 'list'],
  summary: 'List the price book, by resource and date',
  example: 'steelyard price list',
  needs: 'server',
  run: async (context) => {
    const client = await context.client();
    const document = await client.call(listPrices);
    await context.answer(document, () => pricesText(document.prices, context));
    if (document.prices.length === 0) await context.remark('No price yet. steelyard apply -f PRICES.yaml');
    return 0;
  },
});

function pricesText(prices: readonly Price[], { paint }: Context): string {
  if (prices.length === 0) return '';
  return table(
    prices,
    [
      { title: 'RESOURCE', cell: ({ resource }) => resource },
      { title: 'PER HOUR', align: 'decimal', cell: ({ price }) => `${price.amount} ${price.currency}` },
      { title: 'FROM', cell: ({ effectiveFrom }) => effectiveFrom.slice(0, 10) },
      { title: 'TO', cell: ({ effectiveTo }) => effectiveTo?.slice(0, 10) ?? null },
      { title: 'SOURCE', cell: ({ source }) => source, least: 12 },
    ],
    paint,
  );
}

const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}(T[\d:.]+Z)?$/, 'a day such as 2026-11-25, or an instant in UTC')
  .transform((text) => (text.includes('T') ? text : `${text}T00:00:00Z`))
  .pipe(UtcInstant);

const priceCommand = command({
  path: ['price', 'show'],
  summary: 'Show the price of an instance at a time, where it is from and how old it is',
  example: `steelyard price show --instance p5.48xlarge --at 2025-06-22
steelyard price show --instance gpu:A10G --json`,
  needs: 'server',
  options: {
    instance: { value: 'TYPE', required: true, describe: 'Instance type, or another key of the price book' },
    at: { value: 'DATE', schema: day, describe: 'Day (its midnight, UTC) or instant; now when left out' },
  },
  run: async (context, { instance, at }) => {
    const client = await context.client();
    const price = await client.call(getPrice, { query: { resource: instance, at } });
    await context.answer(price, () => priceText(price));
  },
});

function priceText({ resource, amount, currency, source, effectiveFrom, effectiveTo, ageDays }: PriceAt): string {
  const until = effectiveTo === null ? '' : ` until ${effectiveTo.slice(0, 10)}`;
  const age = ageDays === 0 ? '' : `, last seen ${ageDays} ${ageDays === 1 ? 'day' : 'days'} before`;
  return `${resource}  ${amount} ${currency} an hour, from ${effectiveFrom.slice(0, 10)}${until}\n${source}${age}`;
}

export const priceCommands = [pricesCommand, priceCommand];
