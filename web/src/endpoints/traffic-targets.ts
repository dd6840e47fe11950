import type { EndpointDetail } from '../../../src/mlops/serving/schema.ts';
import type { Money } from '../../../src/platform/units/schema.ts';

/** A variant or route of the live revision, which a share of the traffic may go to. */
export interface TrafficTarget {
  /** Its name: variants and routes share their names. */
  readonly variant: string;
  /** `version 3`, `cascade`, `router`. */
  readonly kind: string;
  /** Share of the traffic, 0 to 1. */
  readonly weight: number;
  /** Cost of 1,000 requests; null: unknown. */
  readonly per1000: Money | null;
  /** Resources without a price, which the cost leaves out. */
  readonly unpriced: readonly string[];
  /** Reason for an unknown cost; null: the usual one of a variant. */
  readonly reason: string | null;
}

/** Variants, then routes: weights name all of them, so that a change of shares keeps the shares of the routes. */
export function listTargets({ variants, routes }: Pick<EndpointDetail, 'variants' | 'routes'>): TrafficTarget[] {
  return [
    ...variants.map(({ variant, version, weight, cost: { per1000, unpriced } }) => ({
      ...{ variant, kind: `version ${version}`, weight, per1000, unpriced, reason: null },
    })),
    ...routes.map(({ route, kind, weight, per1000: { cost, reason } }) => ({
      ...{ variant: route, kind, weight, per1000: cost, unpriced: [], reason },
    })),
  ];
}
