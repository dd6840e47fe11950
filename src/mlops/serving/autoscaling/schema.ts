import { z } from 'zod';
import { Name } from '../../../org/schema.ts';
import { endpoint } from '../../../platform/contract/schema.ts';
import { Currency, DecimalString, UtcInstant } from '../../../platform/units/schema.ts';
import { ScalingPolicyName, VariantName } from '../../endpoint-spec/schema.ts';

const about = {
  variant: VariantName,
  model: z.string().describe('Registered model'),
  version: z.string().describe('Version'),
};

export const KeptScalingDecision = z
  .strictObject({
    ...about,
    at: UtcInstant.describe('When it was taken'),
    from: z.number().int().describe('Replicas wanted before'),
    to: z.number().int().describe('Replicas wanted from then on'),
    reason: z.string().describe('Why, for a person'),
    limitedBy: z.string().nullable().describe('The budget that allowed no more; null where none did'),
  })
  .describe('A change of the number of replicas that are wanted');
export type KeptScalingDecision = z.infer<typeof KeptScalingDecision>;

export const ScaledVariant = z
  .strictObject({
    ...about,
    policy: ScalingPolicyName,
    min: z.number().int().describe('Replicas at least'),
    max: z.number().int().describe('Replicas at most'),
    wanted: z.number().int().describe('Replicas that are wanted now, on this server'),
    ready: z.number().int().describe('Replicas that answer'),
    inFlight: z.number().int().describe('Requests that they work on now'),
    waiting: z.number().int().describe('Requests that wait for a place, or are held until a replica is ready'),
    coldStartSeconds: z.number().describe('How long a replica takes to be ready, as far as is known'),
    coldStartMeasured: z.boolean().describe('Whether that was measured; else the document says it'),
    price: z
      .strictObject({
        amount: DecimalString.describe('Price of a replica for an hour'),
        currency: Currency.nullable().describe('Its currency; null: the document does not say one'),
        source: z.string().describe('Who says so: the document, or the price book and where it has that from'),
      })
      .nullable()
      .describe('What a replica costs; null: its resources have no price'),
    idleAfterSeconds: z
      .number()
      .nullable()
      .describe('Without a request for so long, none runs; null where one always does'),
    reason: z.string().describe('Why so many are wanted'),
    limitedBy: z.string().nullable().describe('The budget that allows no more now; null where none does'),
  })
  .describe('How the replicas of a variant follow demand');
export type ScaledVariant = z.infer<typeof ScaledVariant>;

export const EndpointScaling = z
  .strictObject({
    variants: z.array(ScaledVariant).describe('Variants that have traffic; those of a canary last'),
    decisions: z.array(KeptScalingDecision).describe('Decisions, latest first'),
  })
  .describe('How the replicas of an endpoint follow demand');
export type EndpointScaling = z.infer<typeof EndpointScaling>;

export const getEndpointScaling = endpoint({
  method: 'GET',
  path: '/api/v1/endpoints/:endpoint/scaling',
  scope: 'mlops.read',
  summary: 'How many replicas an endpoint wants and why, and what was decided before',
  params: z.strictObject({ endpoint: Name.describe('Name of an endpoint') }),
  query: z.strictObject({
    limit: z.coerce.number().int().min(1).max(1000).default(100).describe('Decisions at most, 1 to 1000'),
    since: UtcInstant.optional().describe('Only decisions from then on'),
  }),
  response: EndpointScaling,
  errors: ['endpoint_not_found'],
});
