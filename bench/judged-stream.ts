import { selectEffectMeasure } from '../src/mlops/drift/effect.ts';
import { adjustForDiscovery } from '../src/mlops/drift/false-discovery.ts';
import { selectKnownValues } from '../src/mlops/drift/known-values.ts';
import { prepareColumn } from '../src/mlops/drift/prepare-column.ts';
import type { Band, Variation } from '../src/mlops/drift/profiles/profile.ts';
import { watchColumn } from '../src/mlops/drift/watched-column.ts';
import { jensenShannon } from '../src/mlops/drift-methods/distances/between-shares.ts';
import { evaluateDrift } from '../src/mlops/monitoring/alerts/looks/drift-look.ts';
import type { AlertRule } from '../src/mlops/monitors/alerts/schema.ts';
import { type BandCounts, distanceFromBand } from '../src/mlops/quality/drift-windows/band.ts';
import { judgeColumn, leastEffect } from '../src/mlops/quality/drift-windows/least-effect.ts';
import { computeWindowThreshold } from '../src/mlops/quality/drift-windows/level.ts';
import type { DriftWindow } from '../src/mlops/quality/drift-windows/schema.ts';
import { wilsonInterval } from '../src/mlops/quality/windows/intervals.ts';

export interface StreamPeriod {
  /** Values of each column, NaN where one is missing; levels of categories are whole numbers. */
  readonly columns: readonly Float64Array[];
  /** Share of right answers of a model that was trained on the reference. */
  readonly accuracy: number;
  readonly isChanged: boolean;
}

/** Predictions of a model in periods of equal length. */
export interface ModelStream {
  readonly isNumber: readonly boolean[];
  readonly reference: readonly StreamPeriod[];
  readonly windows: readonly StreamPeriod[];
}

type Loss = NonNullable<Parameters<typeof evaluateDrift>[2]>;
type DriftRule = Extract<AlertRule, { on: 'drift' }>;

export interface JudgedWindow {
  readonly window: DriftWindow;
  /** Loss as the labels show it. */
  readonly loss: Loss;
  readonly isChanged: boolean;
}

/** The windows as a monitor with the defaults judges them. */
export function judgeWindows({ isNumber, reference, windows }: ModelStream): JudgedWindow[] {
  const columns = isNumber.map((isNumeric, at) => {
    const periods = reference.map((period) => selectKnownValues(period.columns[at] ?? new Float64Array()).toSorted());
    const values = joinSorted(periods);
    return { values, isNumeric, knots: knotsOf(values, isNumeric), periods };
  });
  const measured = columns.map((column) => ({ ...column, variation: measureVariation(column) }));
  const before = reference.reduce((sum, { accuracy }) => sum + accuracy, 0) / reference.length;
  let discoveries = 0;
  return windows.map(({ columns: current, accuracy, isChanged }) => {
    const values = measured.map((_, at) => current[at] ?? new Float64Array());
    const compared = measured.map((column, at) => compare(column, values[at] ?? new Float64Array()));
    const adjusted = adjustForDiscovery(compared.map(({ verdict }) => verdict.pValue));
    const threshold = computeWindowThreshold({ level: 0.05, over: 100 }, discoveries);
    const judged = compared.map(({ verdict, effect }, at) => {
      const { knots, variation } = measured[at] as (typeof measured)[number];
      const minEffect = leastEffect(verdict, undefined, variation);
      const facts = { ...verdict, column: `c${at}`, effect, missingEffect: null, adjustedPValue: adjusted[at] ?? null };
      const column = judgeColumn({ ...facts, drifted: false } as never, { threshold, minEffect, said: undefined });
      const measure = selectEffectMeasure(verdict.method);
      if (column.drifted !== true || measure === null || variation?.band === undefined) return column;
      const counts = countByKnots(selectKnownValues(values[at] ?? new Float64Array()).toSorted(), knots);
      return { ...column, beyondPeriods: distanceFromBand(variation.band, counts, measure) };
    });
    discoveries += Number(judged.some(({ drifted }) => drifted === true));
    const rows = current[0]?.length ?? 0;
    const interval = wilsonInterval(accuracy, rows);
    const loss: Loss = {
      ...{ metric: 'accuracy', reference: before, current: accuracy, estimated: false },
      ...{ lower: interval?.lower ?? null, upper: interval?.upper ?? null },
    };
    return { window: { columns: judged } as unknown as DriftWindow, loss, isChanged };
  });
}

/** True if a window raises the alarm; `before`: without the variation between single periods of the reference. */
export function isAlert(rule: DriftRule, window: DriftWindow, loss: Loss | null, before = false): boolean {
  const columns = before ? window.columns.map((column) => ({ ...column, beyondPeriods: null })) : window.columns;
  return evaluateDrift(rule, { ...window, columns }, loss).level === 'alert';
}

interface ReferenceColumn {
  /** Sorted. */
  readonly values: Float64Array;
  readonly isNumeric: boolean;
  readonly knots: readonly number[];
  /** Sorted. */
  readonly periods: readonly Float64Array[];
}

function compare({ values, isNumeric }: ReferenceColumn, current: Float64Array) {
  const raw = {
    ...{ kind: 'numbers' as const, reference: values, current: selectKnownValues(current).slice() },
    ...{ referenceSorted: true, referenceRows: values.length, integral: !isNumeric, ordered: false },
  };
  return watchColumn(prepareColumn(raw), raw, 'auto');
}

/** The largest value of each hundredth; of categories each value. */
function knotsOf(values: Float64Array, isNumeric: boolean): readonly number[] {
  if (!isNumeric) return [...new Set(values)];
  const parts = Array.from({ length: 100 }, (_, at) => values[Math.ceil(((at + 1) * values.length) / 100) - 1] ?? 0);
  return [...new Set(parts)];
}

function countByKnots(values: Float64Array, knots: readonly number[]): BandCounts {
  let at = 0;
  const upTo: number[] = [];
  const equal: number[] = [];
  for (const knot of knots) {
    while ((values[at] ?? Number.POSITIVE_INFINITY) < knot) at += 1;
    const from = at;
    while (values[at] === knot) at += 1;
    equal.push(at - from);
    upTo.push(at);
  }
  return { total: values.length, equal, upTo };
}

/**
 * Variation as the product measures it in SQL: mean + 2 standard deviations of the distance between each period and the
 * others, and their band.
 */
function measureVariation({ knots, periods, isNumeric }: ReferenceColumn): Variation | undefined {
  if (periods.length < 4) return undefined;
  const counted = periods.map((period) => countByKnots(period, knots));
  const shares = counted.map(({ equal, upTo, total }) => ({
    equal: [...equal, 0].map((count) => count / total),
    upTo: upTo.map((count) => count / total),
  }));
  const distances = counted.map((own, at) => {
    const others = counted.filter((_, other) => other !== at);
    const sum = (of: 'equal' | 'upTo') =>
      knots.map((_, knot) => others.reduce((n, one) => n + (one[of][knot] ?? 0), 0));
    const total = others.reduce((n, one) => n + one.total, 0);
    if (!isNumeric) {
      return jensenShannon({ reference: Float64Array.from(sum('equal')), current: Float64Array.from(own.equal) });
    }
    return Math.max(...sum('upTo').map((count, knot) => Math.abs(count / total - (own.upTo[knot] ?? 0) / own.total)));
  });
  const mean = distances.reduce((sum, one) => sum + one, 0) / distances.length;
  const variance = distances.reduce((sum, one) => sum + (one - mean) ** 2, 0) / distances.length;
  const most = mean + 2 * Math.sqrt(variance);
  const bounds = (of: 'equal' | 'upTo') => ({
    low: (shares[0]?.[of] ?? []).map((_, knot) => Math.min(...shares.map((one) => one[of][knot] ?? 0))),
    high: (shares[0]?.[of] ?? []).map((_, knot) => Math.max(...shares.map((one) => one[of][knot] ?? 0))),
  });
  const band: Band = { values: [...knots], ks: bounds('upTo'), jensenshannon: isNumeric ? null : bounds('equal') };
  return isNumeric ? { ks: most, jensenshannon: null, band } : { ks: null, jensenshannon: most, band };
}

function joinSorted(parts: readonly Float64Array[]): Float64Array {
  const joined = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined.sort();
}
