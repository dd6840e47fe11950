import { z } from 'zod';
import { Filter } from '../../../finops/costs/schema.ts';
import { InterruptionBand, MeasuredProfile, SpotHistory } from '../../../finops/purchasing/schema.ts';
import { Name } from '../../../org/schema.ts';
import { endpoint } from '../../../platform/contract/schema.ts';
import { Duration } from '../../../platform/units/quantities/schema.ts';
import { Currency, DecimalString, UtcInstant } from '../../../platform/units/schema.ts';

const Resource = z.string().min(1).max(200).describe('Key in the price book, such as p3.2xlarge');
/** Written as a text or a number; exact either way. */
const PerHour = z
  .union([z.string(), z.number()])
  .transform(String)
  .pipe(
    DecimalString.max(40)
      .refine((text) => Number(text) > 0, 'more than 0')
      .describe('Price of one unit per hour'),
  );
const DAY_MS = 86_400_000;

const CommitmentOffer = z
  .strictObject({
    name: Name.describe('Name of the offer'),
    resource: Resource.describe(
      'Key in the price book of the covered resource; its metered usage is part of the bill rows of the filter',
    ),
    filter: z.array(Filter).min(1).max(20).describe('Bill rows that the commitment would cover, such as skuId=SKU'),
    committedPerHour: PerHour.describe(
      'Price of one unit per hour, used or not, with the upfront payment amortized over the term',
    ),
    onDemandPerHour: PerHour.optional().describe('On-demand price; default: the price of the bill rows'),
    unit: PerHour.default('1').describe('Step of the committed quantity'),
    termHours: z.number().int().min(1).max(100_000).default(8760).describe('Term in hours; a year has 8,760'),
  })
  .describe('A commitment that can be bought');

const SpotOffer = z
  .strictObject({
    name: Name.describe('Name of the offer'),
    resource: Resource.describe('Key in the price book of the same capacity on demand'),
    perHour: PerHour.describe('Spot price of one unit per hour'),
    save: Duration.pipe(z.number().min(1000, '1s at least').max(DAY_MS)).describe('Duration of one checkpoint'),
    restart: Duration.pipe(z.number().max(DAY_MS)).describe('Time from new capacity to the first new work'),
    histories: z.array(SpotHistory).max(20).default([]).describe('Histories of available capacity, one for each zone'),
    meanHours: z.number().gt(0).max(1e6).optional().describe('Mean time between interruptions, in hours, if known'),
    band: InterruptionBand.optional(),
    deadlineRatio: z
      .number()
      .gt(1)
      .max(100)
      .optional()
      .describe(
        'Deadline of a job as a multiple of its work: with it the deadline policy is replayed; needs histories',
      ),
  })
  .refine(
    ({ histories, meanHours, band }) =>
      [histories.length > 0, meanHours !== undefined, band !== undefined].filter(Boolean).length === 1,
    'either histories, or meanHours, or a band',
  )
  .refine(
    ({ histories, deadlineRatio }) => deadlineRatio === undefined || histories.length > 0,
    'deadlineRatio needs histories',
  )
  .describe('Available spot capacity');

const { bucket: _bucket, ...measured } = MeasuredProfile.shape;

const ServingTerms = z
  .strictObject({
    endpoint: Name.describe('Endpoint of this server'),
    latency: Duration.pipe(z.number().min(1).max(DAY_MS)).describe('Latency SLO at the 95th percentile'),
    requestsPerSecond: z
      .number()
      .gt(0)
      .max(1e9)
      .optional()
      .describe('Peak requests per second; default: the busiest minute of the last 7 days'),
    profile: z
      .array(z.strictObject(measured).describe('Measured rate of one replica of a type'))
      .min(1)
      .max(200)
      .describe('Measurements of the model on other hardware; those on its own hardware come from the endpoint'),
    prices: z
      .record(z.string().min(1).max(200), PerHour)
      .default({})
      .describe('Prices of types; default: the price book'),
    memoryGib: z.number().gt(0).max(1e6).optional().describe('GPU memory that the model needs, GiB'),
    leastReplicas: z
      .number()
      .int()
      .min(1)
      .max(100)
      .optional()
      .describe('Minimum number of replicas; default: the present minimum, at most 2'),
    loadRatio: z
      .number()
      .gt(0)
      .max(1)
      .default(0.8)
      .describe('Largest load of a replica as a share of its measured rate'),
  })
  .describe('SLO of a served model and its measurements on other hardware');

/** `kind: PurchaseTerms`: facts about purchasing options that cannot be derived from data. */
export const PurchaseTermsSpec = z
  .strictObject({
    currency: Currency.describe('Currency of all prices of the document'),
    commitments: z.array(CommitmentOffer).max(50).default([]).describe('Commitments that can be bought'),
    spot: z.array(SpotOffer).max(50).default([]).describe('Available spot capacity'),
    serving: z.array(ServingTerms).max(100).default([]).describe('Served models to find other hardware for'),
  })
  .describe('Inputs of purchase recommendations');
export type PurchaseTermsSpec = z.infer<typeof PurchaseTermsSpec>;
export type CommitmentOffer = PurchaseTermsSpec['commitments'][number];
export type SpotOffer = PurchaseTermsSpec['spot'][number];
export type ServingTerms = PurchaseTermsSpec['serving'][number];

const TermsName = Name.describe('Name of the terms');

export const listPurchaseTerms = endpoint({
  method: 'GET',
  path: '/api/v1/purchase-terms',
  scope: 'tradeoff.read',
  reads: 'money',
  summary: 'List purchase terms as they were applied',
  response: z.strictObject({
    terms: z
      .array(
        z
          .strictObject({
            name: TermsName,
            appliedAt: UtcInstant.describe('Time of the last change'),
            currency: Currency,
            commitments: z.array(z.string()).describe('Names of the commitments'),
            spot: z.array(z.string()).describe('Names of the spot capacity'),
            serving: z.array(z.string()).describe('Endpoints'),
          })
          .describe('Terms'),
      )
      .describe('Terms by name'),
  }),
  errors: [],
});

export const deletePurchaseTerms = endpoint({
  method: 'DELETE',
  path: '/api/v1/purchase-terms/:terms',
  scope: 'tradeoff.write',
  summary: 'Delete purchase terms; recommendations that depend on them lapse at the next scan',
  params: z.strictObject({ terms: TermsName }),
  response: z.strictObject({ name: TermsName }),
  errors: ['purchase_terms_not_found'],
});
