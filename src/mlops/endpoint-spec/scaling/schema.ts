import { z } from 'zod';
import { Duration } from '../../../platform/units/quantities/schema.ts';
import { DecimalString } from '../../../platform/units/schema.ts';

export const ScalingPolicyName = z
  .enum(['slo', 'hpa', 'kpa', 'fixed'])
  .describe(
    "Autoscaling policy: prices of waiting and of replicas (slo), Kubernetes HPA (hpa), Knative's autoscaler (kpa), or none (fixed)",
  );
export type ScalingPolicyName = z.infer<typeof ScalingPolicyName>;

const ratio = () => z.number().gt(0).lt(1);
const notNegative = (text: string) => !text.startsWith('-');

const Hold = z
  .strictObject({
    requests: z.number().int().min(1).max(100_000).default(1000).describe('Maximum number of queued requests'),
    timeout: Duration.optional().describe(
      'Maximum time in the queue; default: startTimeout; at least the known cold start',
    ),
  })
  .prefault({})
  .describe('Queue of requests while no replica is ready, instead of refusing them');

/** Autoscaling of a variant. */
export const ScalingSpec = z
  .strictObject({
    policy: ScalingPolicyName.default('slo'),
    target: ratio().default(0.7).describe('Target share of busy slots for hpa and kpa'),
    wait: Duration.prefault('2s').describe('slo: acceptable wait for a slot'),
    missRatio: ratio().default(0.05).describe('slo: acceptable share of requests with a longer wait'),
    price: DecimalString.refine((text) => notNegative(text) && Number(text) > 0, 'above zero')
      .optional()
      .describe(
        'Hourly price of a replica, in the currency of missPrice; default: the price of its resources in the price book',
      ),
    missPrice: DecimalString.refine(notNegative, 'zero or more')
      .optional()
      .describe(
        'slo: price of a request with a longer wait, in the currency of the price; default: the lowest price that keeps missRatio',
      ),
    coldStart: Duration.prefault('30s').describe(
      'Expected time until a replica is ready, used until it has been measured',
    ),
    idleAfter: Duration.prefault('5m').describe(
      'With replicas.min 0: time without a request after which no replica runs',
    ),
    hold: Hold,
  })
  .describe('Autoscaling between replicas.min and replicas.max');
export type ScalingSpec = z.infer<typeof ScalingSpec>;
