import { z } from 'zod';
import { endpoint, MEDIUM_BODY_LIMIT_BYTES } from '../../../platform/contract/schema.ts';
import { DecimalString, Money, UtcInstant } from '../../../platform/units/schema.ts';
import { Rows } from '../../costs/schema.ts';
import { PriceInput } from '../asked-prices/schema.ts';

export const MOST_DEMAND_HOURS = 50_000;
const MOST_DIGITS = 30;

const Quantity = DecimalString.max(MOST_DIGITS).refine((text) => !text.startsWith('-'), 'zero or more');
const { period: _period, ...selected } = Rows;

export const DemandHourRow = z
  .strictObject({
    start: UtcInstant.describe('Beginning of the hour'),
    quantity: Quantity.describe('Demand in that hour, in units such as instances'),
    committed: Quantity.optional().describe('Existing commitments in that hour, used or not. Default: none'),
  })
  .describe('Demand of one hour');

const describeRatio = (what: string) => z.number().nullable().describe(`${what}, 0 to 1; null when not known`);

export const CommitmentLevel = z
  .strictObject({
    quantity: DecimalString.describe('Committed in every hour, in addition to existing commitments'),
    utilizationRatio: describeRatio('Part of it that would have been used'),
    coverageRatio: describeRatio('Part of the demand beyond existing commitments that it would have covered'),
    monthlySaving: Money.describe('Against on demand, for 730 hours; below 0 it loses'),
  })
  .describe('Saving of a commitment of one size, over the history');

export const DemandScenario = z
  .strictObject({
    demandRatio: z.number().describe('Demand as a multiple of that of the history'),
    monthlySaving: Money.describe('Of the advised quantity, for 730 hours; below 0 it loses'),
    bestQuantity: DecimalString.describe('Best quantity for that demand'),
    monthlyRegret: Money.describe('Additional saving of the best quantity, for 730 hours'),
  })
  .describe('The advised quantity at a different demand');

export const CommitmentAdvice = z
  .strictObject({
    source: z.enum(['bill', 'file']).describe('Where the demand is from'),
    unit: z.string().nullable().describe('Unit of the demand in the bill; null of a file'),
    firstHour: UtcInstant.describe('First hour of the history'),
    lastHour: UtcInstant.describe('Last hour of the history'),
    hours: z.number().int().describe('Hours with a known demand'),
    missingHours: z.number().int().describe('Hours between them without data'),
    hoursOfDays: z.number().int().describe('Hours estimated as 1/24 of a day, because the bill has daily rows'),
    confidence: z
      .enum(['high', 'medium', 'low'])
      .describe('high: 90 days or more by the hour, hardly any missing. medium: 28 days. low: less'),
    needs: z.array(z.string()).describe('Data that would improve the advice, one sentence each'),
    leftOut: z.array(z.string()).describe('Charges of the bill that the demand leaves out, one sentence each'),
    onDemandPrice: Money.describe('Price of one unit for an hour on demand'),
    committedPrice: Money.describe('The same with the commitment, whether it is used or not, upfront payment spread'),
    breakEvenRatio: z
      .number()
      .describe('Committed over on-demand price (U*): below this utilization a committed unit loses'),
    existing: z
      .strictObject({
        utilizationRatio: describeRatio('Part of the existing commitments that was used'),
        coverageRatio: describeRatio('Part of the demand that they covered'),
        meanQuantity: DecimalString.describe('Mean of them over the hours'),
      })
      .nullable()
      .describe('Existing commitments; null without any'),
    wantedQuantity: DecimalString.describe(
      'Quantity in demand in at least the share U* of the hours, beyond existing commitments',
    ),
    advisedQuantity: DecimalString.describe('Advised to commit to: the multiple of the size of a unit that saves most'),
    utilizationRatio: describeRatio('Part of it that would have been used'),
    coverageRatio: describeRatio('Part of the demand beyond existing commitments that it would have covered'),
    monthlySaving: Money.describe('Against on demand, for 730 hours as those of the history'),
    lowMonthlySaving: Money.nullable().describe('Lower end of its 95 % interval; null with less than 14 days'),
    highMonthlySaving: Money.nullable().describe('Upper end of its 95 % interval; null with less than 14 days'),
    intervalBlocks: z
      .enum(['weeks', 'days'])
      .nullable()
      .describe('Blocks that the bootstrap of the interval resamples; null without an interval'),
    termHours: z.number().int().describe('Hours of the term'),
    termCost: Money.describe('Committed payment over the term'),
    termSaving: Money.describe('Saving over the term if demand stays as in the history'),
    breakEvenDemandRatio: describeRatio(
      'The commitment saves while demand is above this multiple of that of the history',
    ),
    levels: z.array(CommitmentLevel).describe('Other sizes, ascending'),
    scenarios: z.array(DemandScenario).describe('Demand that falls, stays and grows'),
    holdOut: z
      .strictObject({
        quantity: DecimalString.describe('Best on the first half of the hours'),
        monthlySaving: Money.describe('Its saving in the second half, for 730 hours'),
        bestMonthlySaving: Money.describe('Saving of the best quantity there, known only in hindsight'),
      })
      .nullable()
      .describe('Hold-out test of the rule; null with less than 14 days'),
  })
  .describe('Advised commitment, by the demand in the history');
export type CommitmentAdvice = z.infer<typeof CommitmentAdvice>;

export const adviseCommitment = endpoint({
  method: 'POST',
  path: '/api/v1/gpus/commitment-advices',
  scope: 'finops.read',
  bodyLimitBytes: MEDIUM_BODY_LIMIT_BYTES,
  summary: 'Advise a commitment from the hourly demand in the bill or a file; stores nothing',
  body: z
    .strictObject({
      hours: z
        .array(DemandHourRow)
        .min(1)
        .max(MOST_DEMAND_HOURS)
        .optional()
        .describe('Demand from a file. Default: the demand in the bill. An hour that is left out is unknown'),
      ...selected,
      onDemandPrice: PriceInput.optional(),
      committedPrice: PriceInput,
      unitQuantity: DecimalString.max(MOST_DIGITS)
        .refine((text) => Number(text) > 0, 'more than zero')
        .default('1')
        .describe('Smallest unit of a commitment; whole multiples of it are advised'),
      termHours: z.number().int().min(1).max(100_000).default(8760).describe('Hours of the term; 8,760 are a year'),
      demandRatios: z
        .array(z.number().min(0).max(10))
        .max(10)
        .default([0.8, 1, 1.2])
        .describe('Scenarios: demand as a multiple of that of the history'),
    })
    .refine(
      ({ hours, filter, from, to, delivery }) =>
        hours === undefined ||
        (filter.length === 0 && from === undefined && to === undefined && delivery === undefined),
      'hours are the whole demand: no filter, from, to or delivery with them',
    )
    .refine(
      ({ hours, onDemandPrice }) => hours === undefined || onDemandPrice !== undefined,
      'onDemandPrice is required with hours: only a bill states the paid price',
    ),
  response: CommitmentAdvice,
  errors: [
    'demand_unusable',
    'price_not_found',
    'dimension_unknown',
    'bill_delivery_not_found',
    'bill_delivery_deleted',
    'payload_too_large',
  ],
});
