import { findMonitorOfModel, listScores } from '../../mlops/monitors/index.ts';
import type { PredictionCounts } from '../../mlops/predictions/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { DAY_MS } from '../../platform/units/durations.ts';
import type { Clock, Period } from '../../platform/units/index.ts';
import {
  buildStatedValue,
  computeEventValue,
  computeMetricValue,
  type LoggedMetric,
  type UnitValue,
} from './compute.ts';
import { findLabelStart } from './label-sources.ts';
import { type OutcomeDeps, type OutcomeSums, sumOutcomes } from './outcomes.ts';
import type { LabelValue, ValueFigure } from './schema.ts';
import { findModelValue } from './store.ts';

export interface ValueDeps extends OutcomeDeps {
  readonly clock: Clock;
  readonly counts: Pick<PredictionCounts, 'byVersion'>;
}

/** Days of the window of a measured value. */
const WINDOW_DAYS = 30;

/** Value facts of all versions of a model at one instant. */
export interface ModelValueFacts {
  readonly window: Period;
  readonly sums: readonly OutcomeSums[];
  /** Logged predictions by version in the window. */
  readonly predictions: ReadonlyMap<string, number>;
  /** Whether labels value predictions of the window. */
  readonly hasLabels: boolean;
  /** Share of the events, and of labels that need an amount, that count for a version; null: none. */
  readonly completeness: number | null;
  readonly stated: ValueFigure | null;
  readonly perUnit: UnitValue | null;
}

/** `within`: other ends of the window; the default ends now, less the time within which outcomes arrive. */
export async function gatherModelValue(
  { clock, counts, sumLabels }: ValueDeps,
  sql: Sql,
  model: string,
  within: Partial<Period> = {},
): Promise<ModelValueFacts> {
  const statement = await findModelValue(sql, { model });
  const end = within.end === undefined ? clock.now() - (statement?.spec.outcomesWithin ?? 0) : Date.parse(within.end);
  const start = within.start === undefined ? end - WINDOW_DAYS * DAY_MS : Date.parse(within.start);
  const window = { start: new Date(start).toISOString(), end: new Date(end).toISOString() };
  const monitor = await findMonitorOfModel(sql, model);
  const share = monitor?.spec.log.sample ?? 1;
  // A sample of the predictions is compared with the outcomes of the same predictions.
  const sums = await sumOutcomes({ sumLabels }, sql, { model, start, end, onlyLogged: share < 1 });
  const logged = sums.length === 0 ? [] : await counts.byVersion(model, window);
  const events = sums.reduce((sum, one) => sum + one.events + one.leftOut, 0);
  const attributed = sums.reduce((sum, one) => sum + (one.version === null ? 0 : one.events), 0);
  const { perPrediction } = statement?.spec ?? {};
  return {
    window,
    sums,
    hasLabels: isValuedByLabels(statement?.spec.labels, end),
    predictions: new Map(logged.map(({ version, predictions }) => [version, predictions])),
    completeness: events === 0 ? null : attributed / events,
    stated: perPrediction === undefined || statement === null ? null : buildStatedValue(perPrediction, statement.name),
    perUnit: monitor === null ? null : toUnitValue(monitor),
  };
}

function isValuedByLabels(labels: LabelValue | undefined, end: number): boolean {
  return labels !== undefined && (findLabelStart(labels) ?? Number.NEGATIVE_INFINITY) < end;
}

function toUnitValue({ monitor, spec }: NonNullable<Awaited<ReturnType<typeof findMonitorOfModel>>>): UnitValue | null {
  const { valuePerPrediction: stated, quality } = spec;
  if (stated === undefined) return null;
  const { amount, currency } = stated;
  const metric = stated.metric ?? (quality === undefined ? undefined : listScores(quality)[0]?.metric);
  return metric === undefined ? null : { metric, value: { amount, currency }, monitor };
}

/** Values of a prediction of a version, the measured one first; empty without events and statements. */
export function listVersionValues(
  facts: ModelValueFacts,
  version: string,
  quality: readonly LoggedMetric[],
): ValueFigure[] {
  const { stated, perUnit } = facts;
  return [
    ...(facts.sums.length === 0 ? [] : [measureVersion(facts, version)]),
    ...(stated === null ? [] : [stated]),
    ...(perUnit === null ? [] : [computeMetricValue(perUnit, quality)]),
  ];
}

/** The measured value of a version. */
export function measureVersion(facts: ModelValueFacts, version: string) {
  const { sums, hasLabels, predictions, completeness, window } = facts;
  const own = sums.filter((one) => one.version === version);
  return computeEventValue({
    sums: own,
    hasLabels,
    predictions: predictions.get(version) ?? null,
    completeness,
    window,
  });
}
