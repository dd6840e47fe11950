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
      .describe('Price of one for an hour'),
  );
const DAY_MS = 86_400_000;

const CommitmentOffer = z
  .strictObject({
    name: Name.describe('Name of the offer'),
    resource: Resource.describe(
      'Key in the price book of what it covers: what is metered by it is part of what the filter finds in the bill',
    ),
    filter: z.array(Filter).min(1).max(20).describe('Rows of the bill that it would cover, such as skuId=SKU'),
    committedPerHour: PerHour.describe(
      'Price of one for an hour, used or not, with what is paid upfront spread over it',
    ),
    onDemandPerHour: PerHour.optional().describe('Price on demand; default: that of the rows'),
    unit: PerHour.default('1').describe('Size of what can be committed to'),
    termHours: z.number().int().min(1).max(100_000).default(8760).describe('Hours of the term; 8,760 are a year'),
  })
  .describe('A commitment that can be bought');

const SpotOffer = z
  .strictObject({
    name: Name.describe('Name of the offer'),
    resource: Resource.describe('Key in the price book of the same capacity on demand'),
    perHour: PerHour.describe('Price of one for an hour on spot capacity'),
    save: Duration.pipe(z.number().min(1000, '1s at least').max(DAY_MS)).describe('Time of one save'),
    restart: Duration.pipe(z.number().max(DAY_MS)).describe('From capacity to the first new second of work'),
    histories: z.array(SpotHistory).max(20).default([]).describe('When capacity could be had, one for each zone'),
    meanHours: z.number().gt(0).max(1e6).optional().describe('Mean time between interruptions, where it is known'),
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
  .describe('Spot capacity that can be had');

const { bucket: _bucket, ...measured } = MeasuredProfile.shape;

const ServingTerms = z
  .strictObject({
    endpoint: Name.describe('Endpoint of this server'),
    latency: Duration.pipe(z.number().min(1).max(DAY_MS)).describe('Latency that it promises, of the 95th percentile'),
    requestsPerSecond: z
      .number()
      .gt(0)
      .max(1e9)
      .optional()
      .describe('Requests that come in each second at the peak; default: the busiest minute of the last 7 days'),
    profile: z
      .array(z.strictObject(measured).describe('What one replica of a type answered'))
      .min(1)
      .max(200)
      .describe('What was measured of the model on other hardware; what the endpoint answered on its own is known'),
    prices: z
      .record(z.string().min(1).max(200), PerHour)
      .default({})
      .describe('Prices of types; of others that of the price book'),
    memoryGib: z.number().gt(0).max(1e6).optional().describe('GPU memory that the model needs, GiB'),
    leastReplicas: z
      .number()
      .int()
      .min(1)
      .max(100)
      .optional()
      .describe('Replicas at least; default: as now, 2 at most'),
    loadRatio: z
      .number()
      .gt(0)
      .max(1)
      .default(0.8)
      .describe('Part of its measured rate that a replica may be loaded with'),
  })
  .describe('What is promised of a served model, and what it was measured to do elsewhere');

/** `kind: PurchaseTerms`: facts about purchasing options that cannot be derived from data. */
export const PurchaseTermsSpec = z
  .strictObject({
    currency: Currency.describe('Currency of all prices here'),
    commitments: z.array(CommitmentOffer).max(50).default([]).describe('Commitments that can be bought'),
    spot: z.array(SpotOffer).max(50).default([]).describe('Spot capacity that can be had'),
    serving: z.array(ServingTerms).max(100).default([]).describe('Served models that other hardware is looked for'),
  })
  .describe('Facts that purchases are advised by');
export type PurchaseTermsSpec = z.infer<typeof PurchaseTermsSpec>;
export type CommitmentOffer = PurchaseTermsSpec['commitments'][number];
export type SpotOffer = PurchaseTermsSpec['spot'][number];
export type ServingTerms = PurchaseTermsSpec['serving'][number];

const TermsName = Name.describe('Name of the terms');

export const listPurchaseTerms = endpoint({
  method: 'GET',
  path: '/api/v1/purchase-terms',
  scope: 'tradeoff.read',
  summary: 'Facts that purchases are advised by, as they were applied',
  response: z.strictObject({
    terms: z
      .array(
        z
          .strictObject({
            name: TermsName,
            appliedAt: UtcInstant.describe('When they were last changed'),
            currency: Currency,
            commitments: z.array(z.string()).describe('Names of the commitments'),
            spot: z.array(z.string()).describe('Names of the spot capacity'),
            serving: z.array(z.string()).describe('Endpoints'),
          })
          .describe('Terms'),
      )
      .describe('By name'),
  }),
  errors: [],
});

export const deletePurchaseTerms = endpoint({
  method: 'DELETE',
  path: '/api/v1/purchase-terms/:terms',
  scope: 'tradeoff.write',
  summary: 'Delete terms: what stood on them lapses at the next look',
  params: z.strictObject({ terms: TermsName }),
  response: z.strictObject({ name: TermsName }),
  errors: ['purchase_terms_not_found'],
});
