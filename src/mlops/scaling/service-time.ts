import type { Fleet } from './fleet.ts';
import type { ScalingObservation } from './policy.ts';
import { createQueue } from './queue.ts';
import { createHighestOfLast } from './stabilization.ts';

/** Number of last requests in the mean service time. */
const SERVICE_MEMORY = 500;
/** Until the first request has been served. */
const ASSUMED_SERVICE_SECONDS = 1;

/**
 * Measures mean service seconds. With enough requests: the mean of the last 500 served ones. Before that: at least
 * slot-seconds in use divided by served requests. Requests in service count with their time so far, because the first
 * requests to end are the short ones and would bias the mean. Example: 16 slots in use for 10 s and 19 requests served: (1 +
 * 160) / (1 + 19), 8 s.
 */
export function createServiceTime({ concurrency, coldStartSeconds }: Fleet): (seen: ScalingObservation) => number {
  const last = createQueue<number>();
  /** Replicas that were there one cold start ago, and still are, serve. */
  const highestOfNegated = createHighestOfLast(coldStartSeconds);
  let [sum, served, placeSeconds] = [0, 0, 0];
  return ({ fromSeconds, atSeconds, replicas, concurrencySeconds, servedSeconds }) => {
    const places = -highestOfNegated(atSeconds, -replicas) * concurrency;
    placeSeconds += Math.min(concurrencySeconds, places * (atSeconds - fromSeconds));
    served += servedSeconds.length;
    for (const seconds of servedSeconds) {
      last.put(seconds);
      sum += seconds;
      if (last.size > SERVICE_MEMORY) sum -= last.take() ?? 0;
    }
    const mean = last.size === 0 ? 0 : sum / last.size;
    // Both are too low at first: requests in service are missing from the mean, and places of replicas that started sooner from the other.
    return served < SERVICE_MEMORY ? Math.max(mean, (ASSUMED_SERVICE_SECONDS + placeSeconds) / (1 + served)) : mean;
  };
}
