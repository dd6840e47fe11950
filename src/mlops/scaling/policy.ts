/** Observations of an endpoint between two evaluations. Seconds are of one monotonic clock. */
export interface ScalingObservation {
  /** Time of the previous evaluation, or the start of the observation. */
  readonly fromSeconds: number;
  /** Time of this evaluation. No observation is later. */
  readonly atSeconds: number;
  /** Replicas that serve or start, as the engine has them. */
  readonly replicas: number;
  /** Integral over the interval of the requests that wait or are being served, in request-seconds. */
  readonly concurrencySeconds: number;
  /** Arrival time of each request of the interval, in order. */
  readonly arrivalsSeconds: readonly number[];
  /** Seconds of service, without waiting, of each request that was served to its end in the interval. */
  readonly servedSeconds: readonly number[];
  /** Requests that left in the interval without having been served. */
  readonly unserved: number;
  /** Seconds that each request waited whose waiting ended in the interval; null for one that was given no place. */
  readonly waitsSeconds: readonly (number | null)[];
}

export interface ScalingDecision {
  /** Replicas that should serve or start from now on, within the bounds of the policy. */
  readonly replicas: number;
  /** Reason, as text for people. */
  readonly reason: string;
}

/** Decides how many replicas an endpoint should have. A policy keeps state, but depends only on its observations. */
export interface ScalingPolicy {
  /** Seconds between two looks. */
  readonly everySeconds: number;
  /** Takes one observation after the other. */
  decide(seen: ScalingObservation): ScalingDecision;
}

export interface ReplicaBounds {
  /** Replicas at least, >= 0. */
  readonly min: number;
  /** Replicas at most, >= 1 and >= min. */
  readonly max: number;
}

/** A wish within the bounds. Example: 7 within 1..5 is 5. */
export function clampReplicas(wish: number, { min, max }: ReplicaBounds): number {
  return Math.min(max, Math.max(min, wish));
}
