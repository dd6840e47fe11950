import type { Fleet } from './fleet.ts';
import type { ScalingObservation } from './policy.ts';
import { createQueue, type Queue } from './queue.ts';
import { createServiceTime } from './service-time.ts';

/** Recent demand in replicas. */
export interface Demand {
  /** Replicas that serve the requests of the last few seconds without a wait above the limit. */
  readonly peakReplicas: number;
  /** Replicas that serve the arrival rate of the last cold start, and clear the waiting requests within the next. */
  readonly sustainedReplicas: number;
  /** Replicas with a place for every request that waits or is served now. */
  readonly presentReplicas: number;
}

export interface DemandOptions extends Fleet {
  /** Seconds that a request may wait. */
  readonly waitSeconds: number;
}

/** A queue that is planned fuller than this grows without bound at the first chance. */
export const MOST_UTILISATION_RATIO = 0.9;
/**
 * Measures demand: requests per second x measured service seconds = slots in use, divided by the slots of a replica. The
 * rate has two windows. Over the seconds that a request may wait and be served in, it measures the burst that ready replicas
 * must take. Over a cold start, it measures the load that new replicas can still help with. Waiting requests are to be
 * served within one more cold start.
 * Example: 8 slots, 1 s of service, 2 s of permitted wait, 72 requests in the last 3 s: 24 slots busy, 3 replicas.
 */
export function createDemandMeter({ concurrency, coldStartSeconds, waitSeconds }: DemandOptions) {
  const measureService = createServiceTime({ concurrency, coldStartSeconds });
  const latest = createQueue<number>();
  const horizon = createQueue<number>();
  let begun: number | null = null;
  let inFlight = 0;
  return (seen: ScalingObservation): Demand => {
    const { fromSeconds, atSeconds: now, arrivalsSeconds, servedSeconds, unserved, replicas } = seen;
    begun ??= fromSeconds;
    const service = measureService(seen);
    inFlight += arrivalsSeconds.length - servedSeconds.length - unserved;
    const burstSeconds = Math.max(now - fromSeconds, waitSeconds + service);
    const horizonSeconds = Math.max(now - fromSeconds, coldStartSeconds);
    for (const at of arrivalsSeconds) {
      latest.put(at);
      horizon.put(at);
    }
    const burst = countAfter(latest, now - burstSeconds) / burstSeconds;
    const sustained = countAfter(horizon, now - horizonSeconds) / Math.min(horizonSeconds, Math.max(now - begun, 1));
    const waiting = Math.max(0, inFlight - replicas * concurrency) / horizonSeconds;
    return {
      peakReplicas: roundUpReplicas((burst * service) / concurrency),
      sustainedReplicas: roundUpReplicas(((sustained / MOST_UTILISATION_RATIO + waiting) * service) / concurrency),
      presentReplicas: roundUpReplicas(inFlight / concurrency),
    };
  };
}

/** A rounding error in the last digit must not add a replica. */
function roundUpReplicas(exact: number): number {
  return Math.ceil(exact - 1e-9);
}

function countAfter(times: Queue<number>, start: number): number {
  while ((times.first() ?? Number.POSITIVE_INFINITY) <= start) times.take();
  return times.size;
}
