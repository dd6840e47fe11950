import { jensenShannon } from '../src/mlops/monitoring/drift/distances/between-shares.ts';
import { kolmogorovSmirnov } from '../src/mlops/monitoring/drift/distances/kolmogorov-smirnov.ts';
import { adjustedForDiscovery } from '../src/mlops/monitoring/drift/false-discovery.ts';
import { prepareColumn } from '../src/mlops/monitoring/drift/prepare-column.ts';
import type { Variation } from '../src/mlops/monitoring/drift/profiles/profile.ts';
import { countsOf } from '../src/mlops/monitoring/drift/samples.ts';
import { watchColumn } from '../src/mlops/monitoring/drift/watched-column.ts';
import { wilsonInterval } from '../src/mlops/monitoring/monitors/intervals.ts';
import { judgeColumn, leastEffect } from '../src/mlops/monitoring/windows/least-effect.ts';
import { windowThreshold } from '../src/mlops/monitoring/windows/level.ts';
import type { DriftWindow } from '../src/mlops/monitoring/windows/schema.ts';
import { normal, seeded } from '../src/testing-random.ts';

export interface SeasonalStream {
  readonly seed: number;
  readonly referenceMonths: number;
  /** After the reference. */
  readonly months: number;
  /** Highest amplitude of a season of twelve months, in standard deviations of a column. */
  readonly season: number;
  /** Standard deviation of a shift that each month has of its own. */
  readonly wobble: number;
  /** Shift a month. */
  readonly trend: number;
}

interface Month {
  /** Values of each column. */
  readonly columns: readonly Float64Array[];
  /** Share of right answers of a model that knows the reference. */
  readonly accuracy: number;
  readonly isChanged: boolean;
}

export interface SimulatedStream {
  readonly reference: readonly Month[];
  readonly windows: readonly Month[];
}

const ROWS = 1_500;
const NUMBERS = 8;
const LEVELS = 4;
const COLUMNS = NUMBERS + 4;
/** Columns that shift in the two changed months, and how far; there the meaning of half of the columns turns around, too. */
const SHIFTED = 4;
const SHIFT = 0.7;

/** A stream of months with seasons, two of which after the reference have other inputs and another meaning of them. */
export function simulateStream(stream: SeasonalStream): SimulatedStream {
  const next = seeded(stream.seed);
  const draw = () => normal(next);
  const seasons = Array.from({ length: COLUMNS }, () => ({ amplitude: stream.season * next(), phase: 12 * next() }));
  const weights = seasons.map(() => draw() / Math.sqrt(COLUMNS / 4));
  const changed = new Set<number>();
  while (changed.size < 2) changed.add(stream.referenceMonths + Math.floor(next() * stream.months));
  const shifted = new Set<number>();
  while (shifted.size < SHIFTED) shifted.add(Math.floor(next() * COLUMNS));
  const months = Array.from({ length: stream.referenceMonths + stream.months }, (_, month): Month => {
    const isChanged = changed.has(month);
    const shifts = seasons.map(({ amplitude, phase }, column) => {
      const season = amplitude * Math.sin((2 * Math.PI * (month + phase)) / 12);
      const shift = isChanged && shifted.has(column) ? SHIFT : 0;
      return season + stream.wobble * draw() + stream.trend * month * (column % 2 === 0 ? 1 : -1) + shift;
    });
    const columns = shifts.map(() => new Float64Array(ROWS));
    let right = 0;
    for (let row = 0; row < ROWS; row += 1) {
      let [answer, truth] = [0, 0];
      for (const [column, shift] of shifts.entries()) {
        const value = draw() + shift;
        const term = (weights[column] ?? 0) * value;
        answer += term;
        truth += isChanged && column % 2 === 0 ? -term : term;
        const values = columns[column];
        if (values !== undefined) values[row] = column < NUMBERS ? value : levelOf(value);
      }
      right += Number(answer > 0 === next() < 1 / (1 + Math.exp(-2 * truth)));
    }
    return { columns, accuracy: right / ROWS, isChanged };
  });
  return { reference: months.slice(0, stream.referenceMonths), windows: months.slice(stream.referenceMonths) };
}

function levelOf(value: number): number {
  return Math.max(0, Math.min(LEVELS - 1, Math.floor(value + LEVELS / 2)));
}

/** The windows as a monitor with the defaults judges them, with what labels say of quality. */
export function judgeWindows({ reference, windows }: SimulatedStream) {
  const columns = Array.from({ length: COLUMNS }, (_, at) => {
    const periods = reference.map((month) => month.columns[at] ?? new Float64Array());
    return { periods, values: joinColumns(periods), variation: measureVariation(periods, at < NUMBERS) };
  });
  const before = reference.reduce((sum, { accuracy }) => sum + accuracy, 0) / reference.length;
  let discoveries = 0;
  return windows.map(({ columns: current, accuracy, isChanged }) => {
    const compared = columns.map(({ values }, at) => {
      const raw = {
        ...{
          kind: 'numbers' as const,
          reference: values.slice(),
          current: (current[at] ?? new Float64Array()).slice(),
        },
        ...{ referenceSorted: false, referenceRows: values.length, integral: at >= NUMBERS, ordered: false },
      };
      return watchColumn(prepareColumn(raw), raw, 'auto');
    });
    const adjusted = adjustedForDiscovery(compared.map(({ verdict }) => verdict.pValue));
    const threshold = windowThreshold({ level: 0.05, over: 100 }, discoveries);
    const judged = compared.map(({ verdict, effect }, at) => {
      const minEffect = leastEffect(verdict, undefined, columns[at]?.variation);
      const column = {
        ...verdict,
        column: `c${at}`,
        effect,
        missingEffect: null,
        adjustedPValue: adjusted[at] ?? null,
      };
      return judgeColumn({ ...column, drifted: false } as never, { threshold, minEffect, said: undefined });
    });
    discoveries += Number(judged.some(({ drifted }) => drifted === true));
    const interval = wilsonInterval(accuracy, ROWS);
    const loss = {
      ...{ metric: 'accuracy', reference: before, current: accuracy, estimated: false },
      ...{ lower: interval?.lower ?? null, upper: interval?.upper ?? null, predictions: ROWS },
    };
    return { window: { columns: judged } as unknown as DriftWindow, loss: loss as never, isChanged };
  });
}

/** As the product measures it in SQL: mean + 2 standard deviations of how far each period lies from the others. */
function measureVariation(periods: readonly Float64Array[], isNumber: boolean): Variation | undefined {
  if (periods.length < 4) return undefined;
  const distances = periods.map((period, at) => {
    const others = joinColumns(periods.filter((_, other) => other !== at)).sort();
    const pair = { reference: others, current: period.toSorted(), integral: !isNumber };
    return isNumber ? kolmogorovSmirnov(pair) : jensenShannon(countsOf(pair));
  });
  const mean = distances.reduce((sum, one) => sum + one, 0) / distances.length;
  const variance = distances.reduce((sum, one) => sum + (one - mean) ** 2, 0) / distances.length;
  const most = mean + 2 * Math.sqrt(variance);
  return isNumber ? { ks: most, jensenshannon: null } : { ks: null, jensenshannon: most };
}

function joinColumns(parts: readonly Float64Array[]): Float64Array {
  return Float64Array.from(parts.flatMap((part) => [...part]));
}
