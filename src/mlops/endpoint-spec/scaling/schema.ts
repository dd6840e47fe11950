import { z } from 'zod';
import { Duration } from '../../../platform/units/quantities/schema.ts';
import { DecimalString } from '../../../platform/units/schema.ts';

export const ScalingPolicyName = z
  .enum(['slo', 'hpa', 'kpa', 'fixed'])
  .describe(
    'What decides: prices of waiting and of replicas (slo), Kubernetes’ autoscaler (hpa), Knative’s (kpa), or nobody (fixed)',
  );
export type ScalingPolicyName = z.infer<typeof ScalingPolicyName>;

const ratio = () => z.number().gt(0).lt(1);
const notNegative = (text: string) => !text.startsWith('-');

const Hold = z
  .strictObject({
    requests: z.number().int().min(1).max(100_000).default(1000).describe('Requests that are held at most'),
    timeout: Duration.optional().describe(
      'Longest time that one is held; default: startTimeout; never less than the cold start that is known',
    ),
  })
  .prefault({})
  .describe('Requests that come while no replica is ready: they are held until one is, and not refused');

/** How the replicas of a variant follow demand. */
export const ScalingSpec = z
  .strictObject({
    policy: ScalingPolicyName.default('slo'),
    target: ratio().default(0.7).describe('Share of the places that hpa and kpa want in use'),
    wait: Duration.prefault('2s').describe('slo: how long a request may wait for a place'),
    missRatio: ratio().default(0.05).describe('slo: share of the requests that may wait longer'),
    price: DecimalString.refine((text) => notNegative(text) && Number(text) > 0, 'above zero')
      .optional()
      .describe(
        'Price of a replica for an hour, in the currency of missPrice; default: what its resources cost in the price book',
      ),
    missPrice: DecimalString.refine(notNegative, 'zero or more')
      .optional()
      .describe(
        'slo: price of a request that waits longer, in the currency of the price; without it the least that keeps missRatio',
      ),
    coldStart: Duration.prefault('30s').describe('How long a replica takes to be ready, until that has been measured'),
    idleAfter: Duration.prefault('5m').describe('With replicas.min 0: without a request for so long, none runs'),
    hold: Hold,
  })
  .describe('How the replicas follow demand, between replicas.min and replicas.max');
export type ScalingSpec = z.infer<typeof ScalingSpec>;
