import { measureCapacity } from '../../mlops/scaling/index.ts';
import { DEFAULT_SLO } from '../../mlops/serving/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import type { ServiceSample, Window } from '../unit-cost/index.ts';
import type { ReplicaCapacity, ScalingBounds, UnitCost, WaitingSlo } from '../unit-cost/schema.ts';
import type { ServingFacts } from './unit-costs.ts';

/** Service times that answers of a version took at its endpoints in the window. An endpoint on several kinds of hardware has no price of a replica. */
export async function readTrafficSamples(
  serving: Pick<ServingFacts, 'serviceTimes'>,
  sql: Sql,
  version: string,
  { unitCosts, window }: { readonly unitCosts: readonly UnitCost[]; readonly window: Window },
): Promise<ServiceSample[]> {
  const samples: ServiceSample[] = [];
  for (const { basis, endpoint, hardware } of unitCosts) {
    if (basis !== 'served' || endpoint === null || hardware.pricePerHour === null) continue;
    const measured = await serving.serviceTimes(sql, { endpoint, version }, window);
    if (measured !== null) samples.push({ source: 'traffic', endpoint, hardware, batchSize: 1, ...measured });
  }
  return samples;
}

/**
 * Capacities of a replica for every sample at every requested SLO. null among `slos` is the SLO of the endpoint that serves the model, else the
 * default of the `slo` scaling policy; endpoints that plan by a target utilization have none.
 */
export async function findCapacities(
  samples: readonly ServiceSample[],
  slos: readonly (WaitingSlo | null)[],
  scaling: readonly ScalingBounds[],
): Promise<ReplicaCapacity[]> {
  const found: ReplicaCapacity[] = [];
  for (const sample of samples) {
    for (const asked of slos) {
      const slo = asked === null ? chooseEndpointSlo(sample, scaling) : { slo: asked, askedSlo: 'policy' as const };
      if (slo !== null) found.push(await findCapacity(sample, slo));
    }
  }
  return found;
}

function chooseEndpointSlo({ endpoint }: ServiceSample, scaling: readonly ScalingBounds[]) {
  const bounds = scaling.find((one) => one.endpoint === endpoint) ?? scaling[0];
  if (bounds === undefined) return { slo: DEFAULT_SLO, askedSlo: 'default' as const };
  return bounds.slo == null ? null : { slo: bounds.slo, askedSlo: 'endpoint' as const };
}

async function findCapacity(
  { serviceSeconds, ...sample }: ServiceSample,
  asked: Pick<ReplicaCapacity, 'slo' | 'askedSlo'>,
): Promise<ReplicaCapacity> {
  const { batchSize, concurrency } = sample;
  const capacity = await measureCapacity({ ...asked.slo, concurrency, serviceSeconds });
  const meanSeconds = serviceSeconds.reduce((sum, seconds) => sum + seconds, 0) / serviceSeconds.length;
  const interval = capacity?.interval ?? null;
  return {
    ...sample,
    ...asked,
    secondsPerThousand: (1000 * meanSeconds) / (concurrency * batchSize),
    predictionsPerSecond: capacity === null ? null : capacity.requestsPerSecond * batchSize,
    interval: interval === null ? null : { lower: interval.lower * batchSize, upper: interval.upper * batchSize },
  };
}
