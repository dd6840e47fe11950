import { DAY_MS } from '../../../platform/units/durations.ts';
import { decimal, decimalString } from '../../../platform/units/index.ts';
import type { Money, Period } from '../../../platform/units/schema.ts';
import { listScores } from '../../monitors/index.ts';
import type { MeasuredQuality, Monitor, MonitorWindow } from '../../monitors/schema.ts';
import type { Selection } from '../../predictions/index.ts';
import type { ReferencePredictions } from '../../quality/index.ts';
import { readWindows, type Tables } from '../../quality/index.ts';
import type { QualityLoss } from './episode/schema.ts';
import { computeMoneyPerDay } from './money.ts';
import type { QualityEstimates } from './ports.ts';

export interface LossDeps {
  readonly tables: Tables;
  readonly clock: { now(): number };
  readonly estimates: QualityEstimates;
}

type MeasureDeps = Pick<LossDeps, 'tables' | 'clock'>;

/** Labels that a window needs until they are believed rather than an estimate. */
const FEWEST_LABELS = 30;

type PredictionSelection = Omit<Selection, 'model' | 'knownAt'>;

/** Predictions and quality of one selection of a monitor's predictions, as one window. */
export async function measureQuality({ tables, clock }: MeasureDeps, { spec }: Monitor, part: PredictionSelection) {
  const selection = { ...part, model: spec.model, knownAt: new Date(clock.now()).toISOString() };
  const { windows } = await readWindows(tables, { spec: { ...spec, estimate: undefined }, selection, by: 'all' });
  return { predictions: windows[0]?.predictions ?? 0, quality: windows[0]?.quality ?? [] };
}

export async function measureMetric(
  deps: MeasureDeps,
  monitor: Monitor,
  metric: string,
  part: PredictionSelection,
): Promise<MeasuredQuality | null> {
  const { quality } = await measureQuality(deps, monitor, part);
  return quality.find((one) => one.metric === metric) ?? null;
}

/** The metric of this monitor's losses; null: the monitor measures no metric. */
export function selectLossMetric({ spec }: Monitor): string | null {
  const [first] = spec.quality === undefined ? [] : listScores(spec.quality);
  return spec.valuePerPrediction?.metric ?? first?.metric ?? null;
}

/** A window whose loss is wanted. */
export interface LossQuestion {
  readonly period: Period;
  /** Null: all versions. */
  readonly modelVersion: string | null;
  readonly reference: ReferencePredictions;
}

export interface WindowLoss {
  readonly predictions: number;
  readonly labels: number;
  /** Measured loss with at least 30 labels that count, otherwise the estimated loss; null: neither is known. */
  readonly loss: QualityLoss | null;
}

/** Loss of quality of each window, in the order of the windows. Windows of one version do not overlap. */
export async function computeWindowLosses(
  deps: LossDeps,
  monitor: Monitor,
  questions: readonly LossQuestion[],
): Promise<WindowLoss[]> {
  const metric = selectLossMetric(monitor);
  const found = new Map<LossQuestion, WindowLoss>();
  for (const [modelVersion, asked] of Map.groupBy(questions, (question) => question.modelVersion)) {
    const measured = await measureWindows(deps, monitor, asked, modelVersion);
    const losses = metric === null ? [] : await computeLabelledLosses(deps, monitor, { metric, asked, measured });
    const unknown = asked.filter((_, at) => losses[at] == null);
    const periods = unknown.map(({ period }) => period);
    const isAsked = metric !== null && periods.length > 0;
    const estimated = isAsked ? await deps.estimates.estimate({ monitor, metric, periods, modelVersion }) : [];
    for (const [at, question] of asked.entries()) {
      const { predictions = 0, labelled = 0 } = measured[at] ?? {};
      const loss = losses[at] ?? computeEstimatedLoss(estimated[unknown.indexOf(question)] ?? null);
      found.set(question, { predictions, labels: labelled, loss });
    }
  }
  return questions.map((question) => found.get(question) ?? { predictions: 0, labels: 0, loss: null });
}

/** The windows of all periods from one reading, in their order; null: no prediction is in it. */
export async function readPeriodWindows(
  { tables, clock }: MeasureDeps,
  spec: Monitor['spec'],
  periods: readonly Period[],
  modelVersion: string | null,
): Promise<(MonitorWindow | null)[]> {
  if (periods.length === 0) return [];
  const [start] = periods.map((period) => period.start).toSorted();
  const knownAt = new Date(clock.now()).toISOString();
  const selection = { model: spec.model, modelVersion: modelVersion ?? undefined, start, knownAt };
  const { windows } = await readWindows(tables, { spec, selection, by: { periods } });
  const byStart = new Map(windows.map((window) => [window.period?.start, window]));
  return periods.map((period) => byStart.get(new Date(period.start).toISOString()) ?? null);
}

function measureWindows(
  deps: MeasureDeps,
  { spec }: Monitor,
  asked: readonly LossQuestion[],
  modelVersion: string | null,
): Promise<(MonitorWindow | null)[]> {
  const periods = asked.map(({ period }) => period);
  return readPeriodWindows(deps, { ...spec, estimate: undefined }, periods, modelVersion);
}

interface LabelledLoss {
  readonly metric: string;
  readonly asked: readonly LossQuestion[];
  readonly measured: readonly (MonitorWindow | null)[];
}

async function computeLabelledLosses(
  deps: MeasureDeps,
  monitor: Monitor,
  { metric, asked, measured }: LabelledLoss,
): Promise<(QualityLoss | null)[]> {
  const references = new Map<string, MeasuredQuality | null>();
  const losses: (QualityLoss | null)[] = [];
  for (const [at, { reference }] of asked.entries()) {
    const now = measured[at]?.quality.find((one) => one.metric === metric);
    if (reference === null || now === undefined || now.value === null || now.sampleSize < FEWEST_LABELS) {
      losses.push(null);
      continue;
    }
    const key = JSON.stringify(reference);
    const before = references.get(key) ?? (await measureMetric(deps, monitor, metric, reference));
    references.set(key, before);
    const { value: current, lower, upper } = now;
    const was = before?.value ?? null;
    losses.push(was === null ? null : { metric, reference: was, current, lower, upper, estimated: false });
  }
  return losses;
}

function computeEstimatedLoss(estimate: Awaited<ReturnType<QualityEstimates['estimate']>>[number]): QualityLoss | null {
  if (estimate === null) return null;
  const { predictions: _, ...loss } = estimate;
  return { ...loss, estimated: true };
}

/**
 * Value of a loss per day, at the traffic of the 24 hours before the end of the window; null: no loss, or no value per
 * prediction is configured.
 */
export async function computeLossValue(
  deps: LossDeps,
  monitor: Monitor,
  loss: QualityLoss | null,
  { end }: Period,
): Promise<Money | null> {
  const value = monitor.spec.valuePerPrediction;
  if (loss === null || value === undefined) return null;
  const day = { start: new Date(Date.parse(end) - DAY_MS).toISOString(), end };
  const { predictions } = await measureQuality(deps, monitor, day);
  const kept = monitor.spec.log.sample;
  const perDay = kept === 0 ? '0' : decimalString(decimal(predictions).dividedBy(kept).toDecimalPlaces(0));
  return computeMoneyPerDay(loss, { ...value, metric: value.metric ?? loss.metric }, perDay);
}
