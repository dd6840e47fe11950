import type { UsedTime } from '../replicas/index.ts';
import type { LiveVariant } from '../serving/index.ts';
import { toCountedVariant } from './metrics/counting.ts';
import type { MetricRecorder } from './metrics/recorder.ts';
import type { PredictionRequest } from './predict.ts';
import { isRoute, type TrafficTarget } from './routes/follow.ts';

/**
 * Counts the replica time of one request, or of one copy, for the variants that it asks. A request along a route counts once for the route
 * too, with the time of all stages, in addition to the stages: sums over an endpoint take either routes or variants.
 */
export function createMeter(
  metrics: Pick<MetricRecorder, 'used'>,
  endpoint: string,
  target: TrafficTarget,
): NonNullable<PredictionRequest['metered']> {
  let requests = 1;
  return (by: LiveVariant, time: UsedTime) => {
    const what = toCountedVariant(endpoint, by);
    metrics.used(what, time, 1);
    if (isRoute(target)) metrics.used({ ...what, variant: target.name }, time, requests);
    requests = 0;
  };
}
