import { MINUTE_MS } from '../../../platform/units/durations.ts';

/** Utilisation that a replica is meant to have at its 95th percentile. */
export const TARGET = 0.8;
/** Minimum minutes for a recommendation, as in KRR. */
export const LEAST_MINUTES = 180;

/** Load of a variant in one minute. */
export interface VariantMinute {
  /** Milliseconds that its answers took, added up. */
  readonly busyMs: number;
  /** Milliseconds times replicas. */
  readonly replicaMs: number;
}

/**
 * Replicas that suffice at the 95th percentile of demand: n* = ceil(P95(demand) / 0.8). The demand of a minute is the number of slots in use
 * (time of all answers / time, by Little's law) over the slots of a replica. Queueing time is included, so the estimate errs to more. At least 1;
 * null with fewer than 180 minutes. It holds for replicas that share requests, as those of an endpoint do.
 * Example: 8 slots each, 12 answers of 30 s in every minute: 6 slots in use, 0.75 of a replica -> 1.
 */
export function computeReplicasNeeded(minutes: readonly VariantMinute[], concurrency: number): number | null {
  if (minutes.length < LEAST_MINUTES) return null;
  const demand = minutes.map(({ busyMs }) => busyMs / (concurrency * MINUTE_MS)).toSorted((a, b) => a - b);
  return Math.max(1, Math.ceil(pickQuantile(demand, 0.95) / TARGET));
}

/** Nearest rank (type 1 of Hyndman and Fan), of sorted values: always a measured value. Example: 0.95 of 100 values -> the 95th. */
export function pickQuantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

/** Part of an hour that is still paid when `min` replicas become `needed`: those above `min` are demand's, and stay. */
export function computeKeptReplicas(replicas: number | null, min: number, needed: number): number {
  if (replicas === null || replicas <= 0) return 1;
  const left = Math.max(replicas - min, 0) + Math.min(needed, replicas);
  return Math.min(1, left / replicas);
}
