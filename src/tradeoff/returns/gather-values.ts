import { findMonitors } from '../../mlops/monitors/index.ts';
import { decimal, decimalString } from '../../platform/units/index.ts';
import {
  computeMetricValue,
  type DailyOutcomes,
  gatherModelValue,
  listModelValues,
  type ModelValueFacts,
  measureVersion,
  sumOutcomesByDay,
} from '../value/index.ts';
import type { ValueFacts } from './compute-return.ts';
import type { Gathering } from './context.ts';
import { buildMoneySeries, type DatedAmount, type DayRange } from './money-series.ts';
import type { ReturnSource } from './schema.ts';

/** Value of the predictions of one model by day. */
export interface ModelValues {
  readonly model: string;
  readonly source: ReturnSource;
  /** Amounts by version; null for those without one. */
  readonly byVersion: ReadonlyMap<string | null, readonly DatedAmount[]>;
  /** Sums of outcome events and labels by version; empty for other sources. */
  readonly outcomes: readonly DailyOutcomes[];
  /** Value of one prediction where it is stated; null for other sources. */
  readonly perPrediction: { readonly amount: string; readonly currency: string } | null;
  /** Why a part of the value is unknown; null when nothing is. */
  readonly reason: string | null;
}

const MOST_MODELS = 200;
const PLACES = 20;

/** Instants of days, for readers that take instants. */
export function toPeriod({ start, end }: DayRange): { start: string; end: string } {
  return { start: `${start}T00:00:00.000Z`, end: `${end}T00:00:00.000Z` };
}

/**
 * Value of all models with outcome events, labels with amounts, a stated value or a monitor with the value of a unit of a metric; of one model if given. Without
 * the detail of versions all measured amounts of a model are under null.
 * `only`: models whose stated values are read; null: all. Events and labels take precedence: a model with any of them in the known days has no stated value.
 */
export async function readModelValues(
  gathering: Gathering,
  model: string | null,
  detail: 'model' | 'version',
  only: ReadonlySet<string> | null = null,
): Promise<ReadonlyMap<string, ModelValues>> {
  const { deps, sql, history } = gathering;
  const period = { start: Date.parse(`${history.start}T00:00:00Z`), end: Date.parse(`${history.end}T00:00:00Z`) };
  const { sums, unknown } = await sumOutcomesByDay(deps, sql, {
    field: detail === 'version' ? 'version' : null,
    model,
    ...period,
  });
  const found = new Map<string, ModelValues>();
  for (const [name, of] of Map.groupBy(sums, (one) => one.model)) found.set(name, buildMeasuredValues(name, of));
  const stated = (await listModelValues(sql)).flatMap(({ spec }) =>
    spec.perPrediction === undefined ? [] : spec.model,
  );
  const monitors = await findMonitors(sql);
  const measured = monitors.flatMap(({ spec }) => (spec.valuePerPrediction === undefined ? [] : spec.model));
  const names = [...new Set([...stated, ...measured])].filter(
    (name) => !found.has(name) && (only === null || only.has(name)),
  );
  for (const name of names.filter((one) => model === null || one === model).slice(0, MOST_MODELS)) {
    const share = monitors.find(({ spec }) => spec.model === name)?.spec.log.sample ?? 1;
    const values = await readPerPredictionValues(gathering, name, share);
    if (values !== null) found.set(name, values);
  }
  for (const [name, reason] of unknown) {
    if (!found.has(name)) found.set(name, { ...buildMeasuredValues(name, []), reason });
  }
  return found;
}

function buildMeasuredValues(model: string, outcomes: readonly DailyOutcomes[]): ModelValues {
  const byVersion = new Map(
    [...Map.groupBy(outcomes, ({ key }) => key)].map(([version, of]) => [
      version,
      of.map(({ day, currency, total }): DatedAmount => ({ day, currency, amount: total })),
    ]),
  );
  const source = findSource(outcomes);
  return { model, source, byVersion, outcomes, perPrediction: null, reason: null };
}

/** The one source of measured amounts; labels where there are none. */
export function findSource(outcomes: readonly DailyOutcomes[]): ReturnSource {
  const sources = new Set(outcomes.map(({ source }) => source));
  const [source = 'labels'] = sources;
  return sources.size > 1 ? 'mixed' : source;
}

/** Logged predictions of each day x value of a prediction; null where nothing states it after all. */
async function readPerPredictionValues(
  { deps, sql, history }: Gathering,
  model: string,
  share: number,
): Promise<ModelValues | null> {
  const facts = await gatherModelValue(deps, sql, model, toPeriod(history));
  const { stated, perUnit } = facts;
  if (stated === null && perUnit === null) return null;
  const source = stated === null ? 'metric' : 'stated';
  const none = { model, source, outcomes: [], perPrediction: stated?.perPrediction ?? null } as const;
  if (share === 0) {
    return {
      ...none,
      byVersion: new Map(),
      reason: 'the monitor stores no predictions, so that their number is unknown',
    };
  }
  const days = await deps.counts.byDay(model, toPeriod(history));
  if (days.length === 0) return { ...none, byVersion: new Map(), reason: 'no prediction is logged' };
  const byVersion = new Map<string | null, DatedAmount[]>();
  const unknown = new Set<string>();
  for (const [version, of] of Map.groupBy(days, (one) => one.version)) {
    const value = stated?.perPrediction ?? (await readMetricValue({ deps, sql }, facts, model, version));
    if (value === null) unknown.add(version ?? 'no version');
    else
      byVersion.set(
        version,
        of.map(({ day, predictions }) => ({ day, ...multiply(value, predictions, share) })),
      );
  }
  const [first] = unknown;
  const reason =
    first === undefined ? null : `the metric of ${first === 'no version' ? first : `version ${first}`} is unknown`;
  return { ...none, byVersion, reason };
}

async function readMetricValue(
  { deps, sql }: Pick<Gathering, 'deps' | 'sql'>,
  { perUnit }: ModelValueFacts,
  model: string,
  version: string | null,
) {
  if (perUnit === null || version === null) return null;
  const metrics = await deps.registry.metrics(sql, { model, version });
  const logged = metrics
    .filter(({ value }) => Number.isFinite(value))
    .map(({ name, value }) => ({ metric: name, value, interval: null }));
  return computeMetricValue(perUnit, logged).perPrediction;
}

function multiply(
  { amount, currency }: { readonly amount: string; readonly currency: string },
  predictions: number,
  share: number,
) {
  const exact = decimal(amount).times(predictions);
  return { currency, amount: decimalString(share === 1 ? exact : exact.dividedBy(share).toDecimalPlaces(PLACES)) };
}

/** The value of these versions of a model, of all where `versions` is null; without the interval. */
export function buildValueFacts(
  { reporting }: Pick<Gathering, 'reporting'>,
  values: readonly ModelValues[],
  { versions, days }: { readonly versions: readonly (string | null)[] | null; readonly days: DayRange },
): ValueFacts {
  if (values.length === 0) return buildUnknownValue('no outcome event and no stated value');
  const amounts = values.flatMap(({ byVersion }) =>
    [...byVersion].flatMap(([version, of]) => (versions === null || versions.includes(version) ? of : [])),
  );
  const sources = new Set(values.map(({ source }) => source));
  const [source = null] = sources;
  const reason = values.map((one) => one.reason).find((one) => one !== null) ?? null;
  if (amounts.length === 0) return buildUnknownValue(reason ?? explainNoAmount(source));
  const measured = values.flatMap(({ outcomes }) =>
    outcomes.filter(
      ({ key, day }) => (versions === null || versions.includes(key)) && day >= days.start && day < days.end,
    ),
  );
  return {
    series: buildMoneySeries(amounts, reporting),
    source: sources.size > 1 ? 'mixed' : source,
    reach: null,
    outcomes: values.every(isMeasured) ? measured.reduce((sum, one) => sum + one.outcomes, 0) : null,
    leftOut: measured.reduce((sum, one) => sum + one.leftOut, 0),
    reason,
  };
}

function isMeasured({ outcomes }: ModelValues): boolean {
  return outcomes.length > 0;
}

function explainNoAmount(source: ReturnSource | null): string {
  return source === 'labels'
    ? 'no label of its predictions has arrived'
    : 'no outcome event and no prediction with a value';
}

export function buildUnknownValue(reason: string): ValueFacts {
  return { series: null, source: null, reach: null, outcomes: null, reason };
}

/**
 * Half of the width of the 95 % interval of the value of a version, or of all versions (null), in the days: half of that of the mean of
 * a prediction x predictions; over several versions the square root of the sum of squares. null: an event or label has no version or no amount, a version
 * has no interval, or amounts are converted. `facts` keeps the facts that other versions of the model need.
 */
export async function measureValueReach(
  { deps, sql, reporting }: Gathering,
  { model, outcomes }: ModelValues,
  {
    version,
    days,
    facts: known,
  }: {
    readonly version: string | null;
    readonly days: DayRange;
    readonly facts: Map<string, Promise<ModelValueFacts>>;
  },
): Promise<number | null> {
  if (outcomes.length === 0 || reporting !== null) return null;
  const key = JSON.stringify([model, days]);
  const reading = known.get(key) ?? gatherModelValue(deps, sql, model, toPeriod(days));
  known.set(key, reading);
  const facts = await reading;
  if (version === null && facts.completeness !== 1) return null;
  const versions = version === null ? [...new Set(facts.sums.flatMap((one) => one.version ?? []))] : [version];
  let squares = 0;
  for (const each of versions) {
    const { interval, predictions } = measureVersion(facts, each);
    if (interval === null || predictions === null) return null;
    squares += (((Number(interval.upper) - Number(interval.lower)) / 2) * predictions) ** 2;
  }
  return versions.length === 0 ? null : Math.sqrt(squares);
}
