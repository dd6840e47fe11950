import { decimal, decimalString } from '../../../platform/units/index.ts';
import type { Money, Period } from '../../../platform/units/schema.ts';
import type { MeasuredQuality, Monitor } from '../monitors/schema.ts';
import { scoresOf } from '../monitors/scores.ts';
import { type Tables, watched } from '../monitors/windows.ts';
import type { Selection } from '../predictions/labelled.ts';
import type { DriftWindow } from '../windows/schema.ts';
import type { ReferencePredictions } from '../windows/service.ts';
import type { QualityLoss } from './episode/schema.ts';
import { moneyPerDay } from './money.ts';
import type { QualityEstimates } from './ports.ts';

export interface LossDeps {
  readonly tables: Tables;
  readonly clock: { now(): number };
  readonly estimates: QualityEstimates;
}

type MeasureDeps = Pick<LossDeps, 'tables' | 'clock'>;

/** Labels that a window needs until they are believed rather than an estimate. */
const FEWEST_LABELS = 30;
const DAY_MS = 86_400_000;

type Part = Omit<Selection, 'model' | 'knownAt'>;

/** What is known of a monitor's predictions, all of a selection together. */
export async function measured({ tables, clock }: MeasureDeps, { spec }: Monitor, part: Part) {
  const selection = { ...part, model: spec.model, knownAt: new Date(clock.now()).toISOString() };
  const { windows } = await watched(tables, { spec: { ...spec, estimate: undefined }, selection, by: 'all' });
  return { predictions: windows[0]?.predictions ?? 0, quality: windows[0]?.quality ?? [] };
}

export async function measuredMetric(
  deps: MeasureDeps,
  monitor: Monitor,
  metric: string,
  part: Part,
): Promise<MeasuredQuality | null> {
  const { quality } = await measured(deps, monitor, part);
  return quality.find((one) => one.metric === metric) ?? null;
}

/** The measure that a loss of this monitor is told in; null: it measures none. */
export function lossMetric({ spec }: Monitor): string | null {
  const [first] = spec.quality === undefined ? [] : scoresOf(spec.quality);
  return spec.valuePerPrediction?.metric ?? first?.metric ?? null;
}

/** What a drift costs in quality: by labels where there are enough, otherwise as it is estimated; null: neither is known. */
export async function lossOfWindow(
  deps: LossDeps,
  monitor: Monitor,
  { period, modelVersion }: Pick<DriftWindow, 'period' | 'modelVersion'>,
  reference: ReferencePredictions,
): Promise<QualityLoss | null> {
  const metric = lossMetric(monitor);
  if (metric === null) return null;
  const version = modelVersion ?? undefined;
  const now = await measuredMetric(deps, monitor, metric, { ...period, modelVersion: version });
  const before = reference === null ? null : await measuredMetric(deps, monitor, metric, reference);
  if (
    now !== null &&
    now.value !== null &&
    before !== null &&
    before.value !== null &&
    now.sampleSize >= FEWEST_LABELS
  ) {
    const { value: current, lower, upper } = now;
    return { metric, reference: before.value, current, lower, upper, estimated: false };
  }
  const estimate = await deps.estimates.estimate({ monitor, metric, period, modelVersion });
  if (estimate === null) return null;
  const { predictions: _, ...loss } = estimate;
  return { ...loss, estimated: true };
}

/** What it is worth a day at the traffic of the 24 hours before the end of a window; null: no value is given. */
export async function moneyOf(
  deps: LossDeps,
  monitor: Monitor,
  loss: QualityLoss | null,
  { end }: Period,
): Promise<Money | null> {
  const value = monitor.spec.valuePerPrediction;
  if (loss === null || value === undefined) return null;
  const day = { start: new Date(Date.parse(end) - DAY_MS).toISOString(), end };
  const { predictions } = await measured(deps, monitor, day);
  const kept = monitor.spec.log.sample;
  const perDay = kept === 0 ? '0' : decimalString(decimal(predictions).dividedBy(kept).toDecimalPlaces(0));
  return moneyPerDay(loss, { ...value, metric: value.metric ?? loss.metric }, perDay);
}
