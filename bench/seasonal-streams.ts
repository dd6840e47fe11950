import { normal, seeded } from '../src/testing/random.ts';
import type { ModelStream, StreamPeriod } from './judged-stream.ts';

export interface SeasonalStream {
  readonly seed: number;
  readonly referenceMonths: number;
  /** After the reference. */
  readonly months: number;
  /** Highest amplitude of a season, in standard deviations of a column. */
  readonly season: number;
  /** Standard deviation of an independent shift of each month. */
  readonly wobble: number;
  /** Shift a month. */
  readonly trend: number;
  readonly shape?: keyof typeof SHAPES;
  /** Months of a season. */
  readonly cycle?: number;
  readonly columns?: number;
  /** Predictions a month. */
  readonly rows?: number;
  /** Share of missing values. */
  readonly missing?: number;
  /** How far the shifted columns move in the changed months, and how many of all columns they are. */
  readonly shift?: number;
  readonly shifted?: number;
  readonly changes?: number;
}

/** Height of a season, -1 to 1, at a share of its cycle. */
const SHAPES = {
  sine: (at: number) => Math.sin(2 * Math.PI * at),
  holidays: (at: number) => (at < 1 / 6 ? 1 : -0.2),
  ramp: (at: number) => 2 * at - 1,
  twoWaves: (at: number) => 0.6 * Math.sin(2 * Math.PI * at) + 0.4 * Math.sin(4 * Math.PI * at + 1),
} as const;

const LEVELS = 4;
/** The first columns are numbers, the others categories. */
const NUMBERS = 2 / 3;

/** A stream of months with seasons, some of which after the reference have other inputs and another meaning of them. */
export function simulateStream(stream: SeasonalStream): ModelStream {
  const { columns = 12, rows = 1_500, cycle = 12, shape = 'sine', missing = 0 } = stream;
  const next = seeded(stream.seed);
  const draw = () => normal(next);
  const numbers = Math.round(NUMBERS * columns);
  const seasons = Array.from({ length: columns }, () => ({ amplitude: stream.season * next(), phase: cycle * next() }));
  const weights = seasons.map(() => draw() / Math.sqrt(columns / 4));
  const changed = drawPlaces(next, stream.changes ?? 2, stream.months);
  const shifted = drawPlaces(next, Math.max(1, Math.round(columns * (stream.shifted ?? 1 / 3))), columns);
  const months = Array.from({ length: stream.referenceMonths + stream.months }, (_, month): StreamPeriod => {
    const isChanged = changed.has(month - stream.referenceMonths);
    const shifts = seasons.map(({ amplitude, phase }, column) => {
      const season = amplitude * SHAPES[shape](((month + phase) / cycle) % 1);
      const shift = isChanged && shifted.has(column) ? (stream.shift ?? 0.7) : 0;
      return season + stream.wobble * draw() + stream.trend * month * (column % 2 === 0 ? 1 : -1) + shift;
    });
    const values = shifts.map(() => new Float64Array(rows));
    let right = 0;
    for (let row = 0; row < rows; row += 1) {
      let [answer, truth] = [0, 0];
      for (const [column, shift] of shifts.entries()) {
        const value = draw() + shift;
        const term = (weights[column] ?? 0) * value;
        answer += term;
        truth += isChanged && column % 2 === 0 ? -term : term;
        const isMissing = missing > 0 && next() < missing;
        const known = column < numbers ? value : levelOf(value);
        (values[column] as Float64Array)[row] = isMissing ? Number.NaN : known;
      }
      right += Number(answer > 0 === next() < 1 / (1 + Math.exp(-2 * truth)));
    }
    return { columns: values, accuracy: right / rows, isChanged };
  });
  return {
    isNumber: seasons.map((_, column) => column < numbers),
    reference: months.slice(0, stream.referenceMonths),
    windows: months.slice(stream.referenceMonths),
  };
}

function drawPlaces(next: () => number, count: number, of: number): ReadonlySet<number> {
  const places = new Set<number>();
  while (places.size < count) places.add(Math.floor(next() * of));
  return places;
}

function levelOf(value: number): number {
  return Math.max(0, Math.min(LEVELS - 1, Math.floor(value + LEVELS / 2)));
}
