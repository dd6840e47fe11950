import type { Period } from '../../../../platform/units/schema.ts';
import type { MeasuredQuality, Monitor, MonitorWindow } from '../../../monitors/schema.ts';
import { type LossDeps, measureMetric, readPeriodWindows } from '../losses.ts';
import type { CountedLook } from './look.ts';
import { evaluateQuality, type QualityRule } from './quality-look.ts';

/** One look at a quality alert for each period, in the order of the periods, by the labels known now. Periods must not overlap. */
export async function evaluateQualityPeriods(
  deps: LossDeps,
  monitor: Monitor,
  rule: QualityRule,
  periods: readonly Period[],
): Promise<CountedLook[]> {
  const { metric, reference: period } = rule;
  const estimated = rule.on === 'estimated_quality';
  const figures = await (estimated ? readEstimates : readMeasurements)(deps, monitor, metric, periods);
  const isAsked = period !== undefined && figures.some(({ now }) => now !== null);
  const reference = isAsked ? await measureMetric(deps, monitor, metric, period) : null;
  return periods.map((window, at) => {
    const { now = null, predictions = 0, labels = 0 } = figures[at] ?? {};
    return { look: evaluateQuality({ rule, window, now, reference, estimated }), predictions, labels };
  });
}

interface Figure extends Omit<CountedLook, 'look'> {
  readonly now: MeasuredQuality | null;
}

async function readMeasurements(
  deps: LossDeps,
  { spec }: Monitor,
  metric: string,
  periods: readonly Period[],
): Promise<Figure[]> {
  const windows = await readPeriodWindows(deps, { ...spec, estimate: undefined }, periods, null);
  return windows.map((window) => selectFigure(window, metric));
}

function selectFigure(window: MonitorWindow | null, metric: string): Figure {
  const now = window?.quality.find((one) => one.metric === metric) ?? null;
  return { now, predictions: window?.predictions ?? 0, labels: window?.labelled ?? 0 };
}

async function readEstimates(
  deps: LossDeps,
  monitor: Monitor,
  metric: string,
  periods: readonly Period[],
): Promise<Figure[]> {
  const found = await deps.estimates.estimate({ monitor, metric, periods, modelVersion: null });
  return found.map((estimate) => {
    if (estimate === null) return { now: null, predictions: 0, labels: 0 };
    const { current: value, lower, upper, predictions } = estimate;
    return { now: { metric, value, lower, upper, sampleSize: predictions }, predictions, labels: 0 };
  });
}
