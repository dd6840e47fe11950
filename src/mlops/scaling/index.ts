import type { Route } from '../../platform/http/index.ts';
import { scalingRoutes } from './routes.ts';

export { measureCapacity, type WaitingSlo } from './capacity.ts';
export { createHpa, type HpaOptions } from './hpa.ts';
export { createKpa, type KpaOptions } from './kpa.ts';
export type { ReplicaBounds, ScalingDecision, ScalingObservation, ScalingPolicy } from './policy.ts';
export { createSlo, type SloOptions } from './slo.ts';
export { createTraffic, type Traffic } from './traffic.ts';

/** Replays of scaling policies on traces of requests. */
export interface Scaling {
  readonly routes: readonly Route[];
}

/**
 * Creates the replay routes; `main.ts` calls it once. The policies need no setup: autoscaling calls `createSlo` and the
 * others directly.
 */
export function createScaling(): Scaling {
  return { routes: scalingRoutes() };
}
