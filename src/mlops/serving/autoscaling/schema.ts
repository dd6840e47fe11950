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
    at: UtcInstant.describe('Time of the decision'),
    from: z.number().int().describe('Wanted replicas before the decision'),
    to: z.number().int().describe('Wanted replicas after the decision'),
    reason: z.string().describe('Reason for the decision'),
    limitedBy: z.string().nullable().describe('Budget that limited the number; null: none'),
  })
  .describe('A change of the wanted number of replicas');
export type KeptScalingDecision = z.infer<typeof KeptScalingDecision>;

export const ScaledVariant = z
  .strictObject({
    ...about,
    policy: ScalingPolicyName,
    min: z.number().int().describe('Minimum number of replicas'),
    max: z.number().int().describe('Maximum number of replicas'),
    wanted: z.number().int().describe('Wanted number of replicas on this server'),
    ready: z.number().int().describe('Replicas that are ready'),
    inFlight: z.number().int().describe('Requests in flight'),
    waiting: z.number().int().describe('Requests that wait for a slot or for the first ready replica'),
    coldStartSeconds: z
      .number()
      .describe('Seconds from the start of a replica until it is ready, measured or estimated'),
    coldStartMeasured: z
      .boolean()
      .describe('Whether the cold start was measured; false: the endpoint document declares it'),
    price: z
      .strictObject({
        amount: DecimalString.describe('Price of a replica for an hour'),
        currency: Currency.nullable().describe('Currency of the price; null: not declared in the document'),
        source: z.string().describe('Origin of the price: the document, or the price book with its own origin'),
      })
      .nullable()
      .describe('Price of a replica; null: its resources have no price'),
    idleAfterSeconds: z
      .number()
      .nullable()
      .describe('Seconds without a request after which the number falls to 0; null: the minimum is above 0'),
    reason: z.string().describe('Reason for the wanted number'),
    limitedBy: z.string().nullable().describe('Budget that limits the number now; null: none'),
  })
  .describe('Autoscaling of a variant');
export type ScaledVariant = z.infer<typeof ScaledVariant>;

export const EndpointScaling = z
  .strictObject({
    variants: z.array(ScaledVariant).describe('Variants with traffic; those of a canary last'),
    decisions: z.array(KeptScalingDecision).describe('Decisions, latest first'),
  })
  .describe('Autoscaling of an endpoint');
export type EndpointScaling = z.infer<typeof EndpointScaling>;

export const getEndpointScaling = endpoint({
  method: 'GET',
  path: '/api/v1/endpoints/:endpoint/scaling',
  scope: 'mlops.read',
  reads: 'object',
  summary: 'Show the wanted replicas of an endpoint with the reason, and earlier decisions',
  params: z.strictObject({ endpoint: Name.describe('Name of an endpoint') }),
  query: z.strictObject({
    limit: z.coerce.number().int().min(1).max(1000).default(100).describe('Maximum number of decisions, 1 to 1000'),
    since: UtcInstant.optional().describe('Only decisions at or after this time'),
  }),
  response: EndpointScaling,
  errors: ['endpoint_not_found'],
});
