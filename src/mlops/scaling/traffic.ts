import type { ScalingObservation } from './policy.ts';

/** Turns what happens to requests into observations. Times are seconds of one clock and never go back. */
export interface Traffic {
  arrived(atSeconds: number): void;
  /** A request waits no longer: seconds that it waited for its place; null for one that was given none. */
  waited(seconds: number | null): void;
  /** A request left after `servedSeconds` of service; null for one that left without service. */
  ended(atSeconds: number, servedSeconds: number | null): void;
  /** Observations since the previous call. */
  observe(atSeconds: number, replicas: number): ScalingObservation;
}

/** Counts for one endpoint, from `sinceSeconds` on. */
export function createTraffic(sinceSeconds: number): Traffic {
  let from = sinceSeconds;
  let counted = sinceSeconds;
  let inFlight = 0;
  let concurrencySeconds = 0;
  let arrivalsSeconds: number[] = [];
  let servedSeconds: number[] = [];
  let unserved = 0;
  let waitsSeconds: (number | null)[] = [];
  const pass = (at: number): void => {
    concurrencySeconds += inFlight * (at - counted);
    counted = at;
  };
  return {
    arrived: (at) => {
      pass(at);
      inFlight += 1;
      arrivalsSeconds.push(at);
    },
    waited: (seconds) => void waitsSeconds.push(seconds),
    ended: (at, served) => {
      pass(at);
      inFlight -= 1;
      if (served === null) unserved += 1;
      else servedSeconds.push(served);
    },
    observe: (at, replicas) => {
      pass(at);
      const seen = {
        fromSeconds: from,
        atSeconds: at,
        replicas,
        concurrencySeconds,
        arrivalsSeconds,
        servedSeconds,
        unserved,
        waitsSeconds,
      };
      from = at;
      concurrencySeconds = 0;
      arrivalsSeconds = [];
      servedSeconds = [];
      unserved = 0;
      waitsSeconds = [];
      return seen;
    },
  };
}
