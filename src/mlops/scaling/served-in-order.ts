import type { ScalingObservation } from './policy.ts';
import { createQueue } from './queue.ts';

/** An event of the past, in the order of time. */
export type TraceEvent<Look> =
  | { readonly kind: 'look'; readonly look: Look }
  | { readonly kind: 'request'; readonly atSeconds: number; readonly serviceSeconds: number };

/**
 * Orders looks and requests by time once the service times of the requests are known. A service time is known at its end, so
 * the earliest arrival gets the first known service time. An event is passed on only after all earlier requests have a
 * service time.
 */
export function createServedInOrder<Look extends { readonly atSeconds: number }>() {
  const arrivals = createQueue<number>();
  const services = createQueue<number>();
  const looks = createQueue<Look>();
  return function* (seen: ScalingObservation, look: Look): Generator<TraceEvent<Look>> {
    for (const at of seen.arrivalsSeconds) arrivals.put(at);
    for (const seconds of seen.servedSeconds) services.put(seconds);
    for (let left = 0; left < seen.unserved; left += 1) arrivals.take();
    looks.put(look);
    while (arrivals.size > 0 && services.size > 0) {
      const atSeconds = arrivals.take() ?? 0;
      yield* looksBefore(atSeconds);
      yield { kind: 'request', atSeconds, serviceSeconds: services.take() ?? 0 };
    }
    if (arrivals.size === 0) yield* looksBefore(Number.POSITIVE_INFINITY);
  };

  function* looksBefore(atSeconds: number): Generator<TraceEvent<Look>> {
    for (let next = looks.first(); next !== undefined && next.atSeconds < atSeconds; next = looks.first()) {
      looks.take();
      yield { kind: 'look', look: next };
    }
  }
}
