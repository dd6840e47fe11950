import { AppError } from '../../../platform/errors/index.ts';
import { handle, type Route } from '../../../platform/http/index.ts';
import type { Store } from '../../../platform/store/index.ts';
import { HOUR_MS } from '../../../platform/units/durations.ts';
import type { Clock } from '../../../platform/units/index.ts';
import type { ServingCosts } from '../../serving/index.ts';
import { requireEndpoint } from '../../serving/index.ts';
import { buildPoints } from './points.ts';
import type { MetricRecorder } from './recorder.ts';
import { getEndpointMetrics, MOST_STEPS, STEPS, type Step } from './schema.ts';
import { listTalliesIn } from './store.ts';
import { SPANS } from './tally.ts';

interface MetricDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly costs: ServingCosts;
  readonly metrics: Pick<MetricRecorder, 'flush' | 'unmeasuredOf'>;
}

/** Default number of steps: as many as a chart shows. */
const USUAL_STEPS = 200;

export function metricRoutes({ store, clock, costs, metrics }: MetricDeps): Route[] {
  return [
    handle(getEndpointMetrics, async ({ params: { endpoint }, query }) => {
      await requireEndpoint(store, endpoint);
      const now = clock.now();
      const axis = resolveAxis(query, now);
      // Flush, so that the answer includes all counts until now.
      await metrics.flush();
      const spanMs = axis.stepMs >= HOUR_MS ? SPANS.hour : SPANS.minute;
      const tallies = await listTalliesIn(store, endpoint, { ...axis, spanMs });
      const metered = tallies.length === 0 ? [] : await costs.within(store, endpoint, axis);
      return {
        endpoint,
        since: new Date(axis.start).toISOString(),
        until: new Date(axis.end).toISOString(),
        stepSeconds: axis.stepMs / 1000,
        points: buildPoints(tallies, metered, { stepMs: axis.stepMs, now }),
        notMeasured: metrics.unmeasuredOf(endpoint),
      };
    }),
  ];
}

interface AxisRequest {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly step?: Step | undefined;
}

/** Rounds the requested time range out to whole steps. Errors: `invalid_request`. */
function resolveAxis({ since, until, step }: AxisRequest, now: number): { start: number; end: number; stepMs: number } {
  const to = until === undefined ? now : Date.parse(until);
  const from = since === undefined ? to - HOUR_MS : Date.parse(since);
  if (from >= to) throw new AppError('invalid_request', `"since" must be before "until".`, { since, until });
  const stepMs = (step === undefined ? selectSmallestStep(to - from) : STEPS[step]) * 1000;
  const [start, end] = [Math.floor(from / stepMs) * stepMs, Math.ceil(to / stepMs) * stepMs];
  const steps = (end - start) / stepMs;
  if (steps <= MOST_STEPS) return { start, end, stepMs };
  const detail = `"step" divides that time into ${steps} steps; the limit is ${MOST_STEPS}. Use a longer step.`;
  throw new AppError('invalid_request', detail, { steps });
}

function selectSmallestStep(spanMs: number): number {
  const lengths = Object.values(STEPS);
  return lengths.find((seconds) => spanMs <= seconds * 1000 * USUAL_STEPS) ?? STEPS['1d'];
}
