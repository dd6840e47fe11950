import { z } from 'zod';
import { Subject, subjectFields } from '../../org/schema.ts';
import { endpoint, NextPageToken, PageQuery, PartialAnswer } from '../../platform/contract/schema.ts';
import { Currency, DecimalString, Money, Month, UtcInstant } from '../../platform/units/schema.ts';
import { CostMetric, DEFAULT_METRIC } from '../billing/schema.ts';
import { TokenDirection, TokenRates, tokenCounts } from './rates/schema.ts';

export const ServiceTier = z
  .enum(['standard', 'batch', 'flex', 'priority', 'latencyOptimized', 'reserved', 'provisioned', 'custom'])
  .describe('How the tokens were served, as providers price it; `custom` is a fine-tuned model');
export type ServiceTier = z.infer<typeof ServiceTier>;

export const ModelName = z.string().trim().min(1).max(300).describe('Model, as its provider or a log names it');
export const ProviderName = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .describe('Provider of the model: openai, anthropic, aws, azure, google…');

const YamlInstant = z
  .union([UtcInstant, z.string().regex(/^\d{4}-\d{2}-\d{2}$/)])
  .transform((text) => (text.length === 10 ? `${text}T00:00:00Z` : text))
  .pipe(UtcInstant)
  .describe('UTC instant, or a date for its midnight');

const YamlPrice = z
  .union([DecimalString, z.number().nonnegative()])
  .transform(String)
  .pipe(DecimalString.refine((text) => !text.startsWith('-'), 'zero or more'))
  .describe('Price; quote it to keep every digit');

const YamlRate = z
  .union([
    YamlPrice,
    z.strictObject({
      base: YamlPrice,
      tiers: z
        .array(
          z.strictObject({
            above: z.number().int().min(0).describe('Input tokens of a request above which this price applies'),
            perMillion: YamlPrice,
          }),
        )
        .min(1)
        .describe('Prices of larger requests'),
    }),
  ])
  .describe('Price of 1,000,000 tokens, or a base price and those of larger requests');

const source = z.string().min(1).max(500);

const TokenPriceEntry = z
  .strictObject({
    model: ModelName.describe('Name of the model; * matches any text'),
    provider: ProviderName.optional(),
    serviceTier: ServiceTier.default('standard'),
    input: YamlRate.optional(),
    output: YamlRate.optional(),
    cacheRead: YamlRate.optional(),
    cacheWrite: YamlRate.optional(),
    cacheWrite1h: YamlRate.optional(),
    perThousandRequests: YamlPrice.optional(),
    effectiveFrom: YamlInstant,
    effectiveTo: YamlInstant.optional(),
    source: source.optional().describe('Where this price was read, when not where the list was'),
  })
  .refine(({ input, output }) => input !== undefined || output !== undefined, 'a price for input or for output')
  .describe('Your price of a model; it replaces the whole catalogue price');

/** `kind: TokenPrices` of `steelyard apply`: your own prices of tokens; one list replaces the list of its name. */
export const TokenPricesSpec = z.strictObject({
  currency: Currency,
  source: source.describe('Where these prices were read'),
  prices: z.array(TokenPriceEntry).min(1).max(2000).describe('Prices; those of one model must not overlap in time'),
});

const OtherPrice = z
  .strictObject({
    source: z.string().describe('Source of the price'),
    model: z.string().describe('Name or pattern in the list'),
    rates: TokenRates,
  })
  .describe('Another matching price, which was overridden');

export const TokenPrice = z
  .strictObject({
    model: z.string().describe('Requested model'),
    catalogueModel: z.string().nullable().describe('Its id in the catalogue; null when the catalogue lacks it'),
    catalogueProvider: z.string().nullable().describe('Provider of the list price in the catalogue'),
    rates: TokenRates.nullable().describe('Prices; null when unknown'),
    reason: z.string().nullable().describe('Why the rates are null'),
    source: z.string().nullable().describe('Price list with version and source, or catalogue with version'),
    effectiveFrom: z.string().nullable().describe('First instant or day of the price; null when it has no date'),
    overridden: z.array(OtherPrice).describe('Other matching prices, yours first, the catalogue last'),
  })
  .describe('Price of a model at one instant, with its source');
export type TokenPrice = z.infer<typeof TokenPrice>;

export const getTokenPrice = endpoint({
  method: 'GET',
  path: '/api/v1/tokens/price',
  scope: 'finops.read',
  summary: 'Get the token price of a model at an instant: your own price, else the catalogue price',
  query: z.strictObject({
    model: ModelName,
    provider: ProviderName.optional(),
    serviceTier: ServiceTier.default('standard'),
    at: UtcInstant.optional().describe('Instant of the use; now when left out'),
  }),
  response: TokenPrice,
  errors: [],
});

export const TokenUsage = z
  .strictObject({
    usage: z
      .string()
      .regex(/^[\w.:-]{1,200}$/)
      .describe('Id; sending the same again replaces it, so retries are safe'),
    subject: Subject,
    model: ModelName,
    provider: ProviderName.optional(),
    serviceTier: ServiceTier.default('standard'),
    at: UtcInstant.describe('When the tokens were used; their price is that of this instant'),
    ...tokenCounts,
    user: z.string().min(1).max(250).optional().describe('User of the application'),
    session: z.string().min(1).max(250).optional().describe('Session or conversation of the application'),
    origin: z.string().min(1).max(250).describe('Origin of the counts: program and method'),
  })
  .refine(
    (usage) => usage.cacheReadTokens + usage.cacheWriteTokens + usage.cacheWrite1hTokens <= usage.inputTokens,
    'inputTokens includes the cached ones, so they cannot be more',
  )
  .describe('Tokens that a request used, or several requests of one model');
export type TokenUsage = z.infer<typeof TokenUsage>;

export const recordTokenUsage = endpoint({
  method: 'POST',
  path: '/api/v1/token-usage',
  scope: 'finops.write',
  summary: 'Record token usage, all or none',
  body: z.strictObject({ records: z.array(TokenUsage).min(1).max(1000).describe('Usage records') }),
  response: z.strictObject({ recorded: z.number().int().describe('Records stored') }),
  errors: ['token_usage_invalid'],
});

export const PricedTokens = z
  .strictObject({
    cost: Money.nullable().describe('Metered cost; null when there is no price'),
    reason: z.string().nullable().describe('Why the cost is null'),
    priceSource: z.string().nullable().describe('Source of the price'),
    effectiveFrom: z.string().nullable().describe('First instant or day of the price; null when it has no date'),
    catalogueModel: z.string().nullable().describe('Id of the model in the catalogue'),
  })
  .describe('Cost of token usage');

const SubjectQuery = Subject.shape;

export const listTokenUsage = endpoint({
  method: 'GET',
  path: '/api/v1/token-usage',
  scope: 'finops.read',
  reads: ['money', 'team'],
  summary: 'List token usage with its metered cost, latest first',
  query: z.strictObject({ ...SubjectQuery, ...PageQuery }),
  response: z.strictObject({
    records: z
      .array(
        z.strictObject({
          ...TokenUsage.shape,
          metered: PricedTokens,
          sameCallAs: z
            .string()
            .nullable()
            .describe('Record of the endpoint that served the same call, which counts instead of this traced one'),
          recordedAt: UtcInstant,
        }),
      )
      .describe('Usage records, latest first'),
    nextPageToken: NextPageToken,
    partial: PartialAnswer,
  }),
  errors: ['invalid_page_token'],
});

const TokenTotal = {
  cost: Money.nullable().describe('Sum of the priced records; null when there is none'),
  pricedRecords: z.number().int().describe('Records in the sum'),
  unpricedRecords: z.number().int().describe('Records without a price, left out of the sum'),
  sameCallRecords: z
    .number()
    .int()
    .describe('Traced records left out, because the record of the endpoint that served the same call counts'),
  unpricedModels: z.array(z.string()).describe('Models that have no price'),
  inputTokens: DecimalString.describe('Input tokens of all records, cached ones included'),
  outputTokens: DecimalString.describe('Output tokens of all records'),
  requests: DecimalString.describe('Requests of all records'),
};
export const TokenCostTotal = z.strictObject(TokenTotal).describe('Metered cost of token usage');
export type TokenCostTotal = z.infer<typeof TokenCostTotal>;

/** Fields of token usage in addition to its subject; a total can be split by them. */
export const usageFields = ['llm', 'provider', 'user', 'session'] as const;

export type TokenGrouping = keyof Subject | (typeof usageFields)[number];

const groupings: readonly TokenGrouping[] = [...subjectFields, ...usageFields];

const TokenGrouping = z
  .enum(groupings as [TokenGrouping, ...TokenGrouping[]])
  .describe(
    'A subject field (model: the registered model; endpoint), or llm (the requested model), provider, user or session',
  );

export const tokenCostReport = endpoint({
  method: 'GET',
  path: '/api/v1/token-cost',
  scope: 'finops.read',
  reads: ['money', 'team'],
  summary: 'Get the metered cost of token usage whose subject has the given fields, in total and by one field',
  query: z.strictObject({
    ...SubjectQuery,
    by: TokenGrouping.optional().describe('Dimension that splits the total'),
    start: UtcInstant.optional().describe('First instant of use; from the beginning when left out'),
    end: UtcInstant.optional().describe('First instant after it; to the end when left out'),
  }),
  response: z.strictObject({
    ...TokenTotal,
    groups: z
      .array(
        z.strictObject({
          value: z.string().nullable().describe('Value of the field; null without one'),
          ...TokenTotal,
        }),
      )
      .describe('The total by the values of `by`; empty without it'),
    partial: PartialAnswer,
  }),
  errors: ['currency_mismatch'],
});

const Geography = z.enum(['global', 'dataZone', 'regional']);

export const BilledTokens = z
  .strictObject({
    provider: z.string().nullable().describe('serviceProviderName of the bill'),
    service: z.string().nullable().describe('serviceName of the bill'),
    model: z.string().describe('Model as the bill writes it'),
    catalogueModel: z.string().nullable().describe('Its id in the catalogue; null when the catalogue lacks it'),
    catalogueProvider: z.string().nullable().describe('Provider in the catalogue'),
    direction: TokenDirection,
    serviceTier: ServiceTier,
    geography: Geography.nullable().describe(
      'Region in which the provider may serve it; null when the bill does not state it',
    ),
    longContext: z.boolean().describe('Whether the bill prices these as tokens of large requests'),
    period: Month.describe('Billing period'),
    currency: Currency.describe('Currency of the bill'),
    rows: z.number().int().describe('Bill rows'),
    tokens: DecimalString.describe('Billed tokens, exact'),
    cost: DecimalString.nullable().describe('Sum of the metric; null when no row states it'),
    costPerMillion: DecimalString.nullable().describe('cost / tokens x 1,000,000; null without tokens or cost'),
    cataloguePerMillion: DecimalString.nullable().describe(
      'Price in force on the days of the charges, weighted by their tokens; null when there is none',
    ),
    catalogueCost: DecimalString.nullable().describe(
      'Tokens x the price of their day / 1,000,000; null without a price',
    ),
    difference: DecimalString.nullable().describe('cost - catalogueCost; null when either is unknown'),
    priceSource: z.string().nullable().describe('Source of the price'),
    reason: z.string().nullable().describe('Reason that there is no price to compare with'),
  })
  .describe('Billed tokens of one model and direction in one month, with their price');
export type BilledTokens = z.infer<typeof BilledTokens>;

export const UnclassifiedCost = z
  .strictObject({
    provider: z.string().nullable().describe('serviceProviderName of the bill'),
    service: z.string().nullable().describe('serviceName of the bill'),
    meter: z.string().nullable().describe('Usage type or meter name'),
    description: z.string().nullable().describe('chargeDescription of the bill'),
    unit: z.string().nullable().describe('pricingUnit of the bill'),
    period: Month.describe('Billing period'),
    currency: Currency.describe('Currency of the bill'),
    rows: z.number().int().describe('Bill rows'),
    cost: DecimalString.nullable().describe('Sum of the metric; null when no row states it'),
    reason: z.string().describe('Reason that these rows are no tokens of a model'),
  })
  .describe('Rows of an AI service that are no tokens, or have no known model or direction');
export type UnclassifiedCost = z.infer<typeof UnclassifiedCost>;

export const tokenReconciliation = endpoint({
  method: 'GET',
  path: '/api/v1/tokens/reconciliation',
  scope: 'finops.read',
  summary: 'Compare the billed cost of tokens with their price on the same days',
  query: z.strictObject({
    period: Month.optional().describe('Billing period; all when left out'),
    metric: CostMetric.default(DEFAULT_METRIC),
  }),
  response: z.strictObject({
    metric: CostMetric.describe('FOCUS cost column that every cost here is of'),
    rows: z.array(BilledTokens).describe('Largest cost first'),
    unclassified: z.array(UnclassifiedCost).describe('Largest cost first'),
    totals: z
      .array(
        z.strictObject({
          currency: Currency,
          tokenCost: DecimalString.nullable().describe('Cost of the rows that are tokens; null when none states it'),
          pricedTokenCost: DecimalString.nullable().describe('Of that: cost of rows that have a price to compare with'),
          catalogueCost: DecimalString.describe('Cost of those rows by their price'),
          unclassifiedCost: DecimalString.nullable().describe(
            'Cost of the unclassified rows; null when none states it',
          ),
          rowsWithoutMetric: z.number().int().describe('Rows that do not state the metric, left out of the sums'),
        }),
      )
      .describe('Exact totals by currency of the bill'),
  }),
  errors: [],
});
