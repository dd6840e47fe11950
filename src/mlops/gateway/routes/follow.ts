import type { WireProtocol } from '../../inference/index.ts';
import type { LiveRoute, LiveVariant } from '../../serving/index.ts';
import type { MetricRecorder } from '../metrics/recorder.ts';
import { type PredictionRequest, predict } from '../predict.ts';
import { type RoutedAnswer, runCascade, type StageWatch } from './cascade.ts';
import { selectByRules } from './router.ts';

/** Where the traffic of an endpoint may go: a variant with replicas, or a route over variants. */
export type TrafficTarget = LiveVariant | LiveRoute;

export function isRoute(target: TrafficTarget): target is LiveRoute {
  return 'kind' in target;
}

/** Answers a request along a route. Errors: those of `predict`; `timeout`. */
export async function askRoute(
  route: LiveRoute,
  spoken: WireProtocol,
  request: PredictionRequest,
  watch: StageWatch,
): Promise<RoutedAnswer> {
  if (route.kind === 'cascade') return runCascade(route, spoken, request, watch);
  const live = selectByRules(route, spoken, request.request);
  const sinceMs = performance.now();
  watch.asked(live);
  try {
    const predicted = await predict(live, spoken, request);
    watch.ended(live, predicted.status >= 300 ? 'failed' : 'accepted', performance.now() - sinceMs);
    return { predicted, live };
  } catch (error) {
    watch.ended(live, 'failed', performance.now() - sinceMs);
    throw error;
  }
}

/** Counts the variants that a route asks; `onAsked` is called before each of them. */
export function watchStages(
  metrics: Pick<MetricRecorder, 'stage'>,
  endpoint: string,
  route: LiveRoute,
  onAsked: (live: LiveVariant) => void,
): StageWatch {
  return {
    asked: onAsked,
    ended: (live, outcome, tookMs) => {
      const { name: variant, version } = live;
      metrics.stage({ endpoint, route: route.name, variant, model: live.variant.model, version }, outcome, tookMs);
    },
  };
}
