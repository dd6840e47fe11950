import { z } from 'zod';
import { endpoint, NextPageToken, PageQuery } from '../../platform/contract/schema.ts';
import { DecimalString, Money, UtcInstant } from '../../platform/units/schema.ts';
import { RegionName } from './catalogue/schema.ts';

export { Cloud, importPrices, PriceImport, RegionName } from './catalogue/schema.ts';

export const PriceOrigin = z
  .enum(['own', 'bill', 'catalogue', 'builtIn', 'declared'])
  .describe(
    'own: your price book. bill: learned from your bill. catalogue: an imported price list. builtIn: the table of GPU instances. declared: with the usage itself',
  );
export type PriceOrigin = z.infer<typeof PriceOrigin>;

/** Fields of every shown price that state its source. */
const provenance = {
  origin: PriceOrigin,
  region: z.string().nullable().describe('Region; null when not stated'),
  source: z.string().describe('Source of the price'),
  book: z
    .string()
    .describe(
      '`name@version` of a price book; `bill@MONTH`, `aws-price-list@DAY`, `azure-retail-prices@DAY`, `built-in@DAY`',
    ),
};
const agreement = {
  agreedRows: z
    .number()
    .int()
    .nullable()
    .describe('Of a price that the bill taught: rows that have it; null otherwise'),
  rows: z.number().int().nullable().describe('Of those: rows that were looked at; null otherwise'),
};

/** A price behind a cost. */
export const UsedPrice = z
  .strictObject({
    resource: z.string().describe('Resource key'),
    price: Money.describe('Price of one unit for one hour'),
    ...provenance,
    effectiveFrom: UtcInstant.describe('Start of validity'),
    asOf: UtcInstant.nullable().describe('Last instant at which the price was confirmed; null for a declared price'),
    ageDays: z
      .number()
      .int()
      .min(0)
      .nullable()
      .describe('Whole days from then to the end of the usage; 0 within them, null for a declared one'),
  })
  .describe('Which price was used, from where, how old');
export type UsedPrice = z.infer<typeof UsedPrice>;

export const Price = z
  .strictObject({
    resource: z.string().min(1).max(200).describe('Resource key, for example "gpu:A10G" or "vcpu"'),
    price: Money.describe('Price of one unit of the resource for one hour'),
    effectiveFrom: UtcInstant.describe('Start of validity'),
    effectiveTo: UtcInstant.nullable().describe('End of validity, exclusive; null while the price is valid'),
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
    unit: z.literal('hour').describe('Unit of the price: one unit of the resource for one hour'),
    ...provenance,
    ...agreement,
    effectiveFrom: UtcInstant.describe('Start of validity'),
    effectiveTo: UtcInstant.nullable().describe('End of validity, exclusive; null while the price is valid'),
    asOf: UtcInstant.describe('Last instant at which the price was confirmed'),
    ageDays: z.number().int().min(0).describe('Whole days from `asOf` to the requested instant; 0 within the validity'),
  })
  .describe('The price of a resource at an instant');
export type PriceAt = z.infer<typeof PriceAt>;

export const getPrice = endpoint({
  method: 'GET',
  path: '/api/v1/prices/at',
  scope: 'finops.read',
  summary: 'Get the price of a resource at an instant, with its source and age',
  query: z.strictObject({
    resource: z
      .string()
      .min(1)
      .max(200)
      .describe('Resource key, for example an instance type, also with its region: p5.48xlarge@eu-west-1'),
    region: RegionName.optional().describe(
      'Region, where the key names none; default: the home region of the settings',
    ),
    at: UtcInstant.optional().describe('Instant; default now'),
  }),
  response: PriceAt,
  errors: ['price_not_found'],
});

export const ListedPrice = z
  .strictObject({
    ...Price.shape,
    ...provenance,
    ...agreement,
    asOf: UtcInstant.nullable().describe('Last instant at which the price was confirmed'),
    ageDays: z.number().int().min(0).nullable().describe('Whole days from then to now'),
  })
  .describe('A price of the price book, with its source and age');
export type ListedPrice = z.infer<typeof ListedPrice>;

const listed = {
  origin: PriceOrigin.exclude(['declared'])
    .optional()
    .describe('Only prices of this origin. Default: all origins except built-in prices'),
  resource: z.string().min(1).max(200).optional().describe('Only of this resource'),
  region: RegionName.optional().describe('Only of this region'),
};

export const listPrices = endpoint({
  method: 'GET',
  path: '/api/v1/prices',
  scope: 'finops.read',
  reads: ['money', 'team'],
  summary:
    'List the price book: your own prices, then prices of the bill and of price lists; built-in prices on request',
  query: z.strictObject({ ...listed, ...PageQuery }),
  response: z.strictObject({
    prices: z.array(ListedPrice).describe('Prices by origin, resource, region and date'),
    nextPageToken: NextPageToken,
  }),
  errors: ['invalid_page_token'],
});

export const PriceList = z
  .strictObject({
    origin: PriceOrigin,
    name: z.string().describe('Name of the price book, `bill`, the cloud of a price list, or the built-in table'),
    prices: z.number().int().describe('Number of its prices, past and present'),
    asOf: z.string().nullable().describe('Time at which the newest of them was confirmed, UTC; null: not stated'),
  })
  .describe('A source of prices');
export type PriceList = z.infer<typeof PriceList>;

export const listPriceLists = endpoint({
  method: 'GET',
  path: '/api/v1/price-lists',
  scope: 'finops.read',
  summary: 'List the sources of prices with the number of their prices, in the order in which they apply',
  response: z.strictObject({ lists: z.array(PriceList).describe('Own price books first, built-in prices last') }),
  errors: [],
});

export const listPricesCsv = endpoint({
  method: 'GET',
  path: '/api/v1/prices.csv',
  scope: 'finops.read',
  reads: ['money', 'team'],
  summary: 'Export the price book as CSV',
  query: z.strictObject(listed),
  answers: 'csv',
  response: z.string().describe('CSV with a header line'),
  errors: [],
});

export const learnPrices = endpoint({
  method: 'POST',
  path: '/api/v1/prices/learned',
  scope: 'finops.write',
  summary: 'Relearn prices from every billing month; each delivery is learned automatically',
  response: z.strictObject({ periods: z.array(z.string()).describe('Billing months, sorted') }),
  errors: [],
});
