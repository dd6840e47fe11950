import { z } from 'zod';
import { endpoint } from '../../platform/contract/schema.ts';
import { DecimalString, Money, UtcInstant } from '../../platform/units/schema.ts';

export const Price = z
  .strictObject({
    resource: z.string().min(1).max(200).describe('Resource key, for example "gpu:A10G" or "vcpu"'),
    price: Money.describe('Price of one unit of the resource for one hour'),
    effectiveFrom: UtcInstant.describe('First instant at which it holds'),
    effectiveTo: UtcInstant.nullable().describe('First instant at which it no longer holds; null while it does'),
    source: z.string().min(1).max(500).describe('Where the price was read, with its date'),
  })
  .describe('An effective-dated price per unit and hour');
export type Price = z.infer<typeof Price>;

const YamlInstant = z
  .union([UtcInstant, z.string().regex(/^\d{4}-\d{2}-\d{2}$/)])
  .transform((text) => (text.length === 10 ? `${text}T00:00:00Z` : text))
  .pipe(UtcInstant)
  .describe('UTC instant, or a date for its midnight');

const YamlAmount = z
  .union([DecimalString, z.number().nonnegative()])
  .transform(String)
  .pipe(DecimalString)
  .describe('Price of one unit for one hour; quote it to keep every digit');

/** `kind: PriceBook` of `steelyard apply`: your own prices; one book replaces the book of its name. */
export const PriceBookSpec = z.strictObject({
  currency: Money.shape.currency,
  source: z.string().min(1).max(500).describe('Where these prices were read'),
  prices: z
    .array(
      z.strictObject({
        resource: z.string().min(1).max(200).describe('Resource key'),
        perHour: YamlAmount,
        effectiveFrom: YamlInstant,
        effectiveTo: YamlInstant.optional(),
        source: z
          .string()
          .min(1)
          .max(500)
          .optional()
          .describe('Where this price was read, when not where the book was'),
      }),
    )
    .min(1)
    .describe('Prices; those of one resource must not overlap in time'),
});

export const PriceAt = z
  .strictObject({
    resource: z.string().describe('Resource key'),
    amount: DecimalString.describe('Price of one unit, exact'),
    currency: Money.shape.currency,
    unit: z.literal('hour').describe('What the price is for: one unit of the resource for one hour'),
    source: z.string().describe('Where it was read'),
    book: z.string().describe('`name@version` of the price book; `built-in@DAY` for the built-in table'),
    effectiveFrom: UtcInstant.describe('First instant at which it holds'),
    effectiveTo: UtcInstant.nullable().describe('First instant at which it no longer holds; null while it does'),
    asOf: UtcInstant.describe('Last instant at which it was known to hold'),
    ageDays: z.number().int().min(0).describe('Whole days from then to the instant that was asked for; 0 within them'),
  })
  .describe('The price of a resource at an instant');
export type PriceAt = z.infer<typeof PriceAt>;

export const getPrice = endpoint({
  method: 'GET',
  path: '/api/v1/prices/at',
  scope: 'finops.read',
  summary: 'The price of a resource at an instant, where it is from and how old it is',
  query: z.strictObject({
    resource: z.string().min(1).max(200).describe('Resource key, for example an instance type'),
    at: UtcInstant.optional().describe('Instant; default now'),
  }),
  response: PriceAt,
  errors: ['price_not_found'],
});

export const listPrices = endpoint({
  method: 'GET',
  path: '/api/v1/prices',
  scope: 'finops.read',
  summary: 'The price book, by resource and date',
  response: z.strictObject({ prices: z.array(Price).describe('Prices by resource, then date') }),
  errors: [],
});
