import { DAY_MS, HOUR_MS } from '../src/platform/units/durations.ts';

/** A series in the form of a forecast request. */
export interface BenchSeries {
  readonly times: readonly string[];
  readonly values: readonly (number | null)[];
  readonly horizon: number;
  readonly seasons?: readonly number[];
}

interface Kind {
  readonly count: number;
  readonly stepMs: number;
  readonly horizon: number;
  readonly seasons: readonly number[];
}

const START_MS = Date.UTC(2024, 0, 1);
const MISSING_SHARE = 0.02;

/** As long as the competition series of docs/forecasts.md are: days, months (as 30 days), hours, weeks. */
const kinds: readonly Kind[] = [
  { count: 735, stepMs: DAY_MS, horizon: 56, seasons: [7] },
  { count: 110, stepMs: 30 * DAY_MS, horizon: 18, seasons: [12] },
  { count: 850, stepMs: HOUR_MS, horizon: 48, seasons: [24, 168] },
  { count: 900, stepMs: 7 * DAY_MS, horizon: 13, seasons: [] },
];

/** Seeded series with seasons, a wandering level and gaps; the same for the same number. */
export function benchSeries(number: number): BenchSeries {
  const { count, stepMs, horizon, seasons } = kinds[number % kinds.length] as Kind;
  const draw = drawsOf(number + 1);
  let level = 100;
  const values = Array.from({ length: count }, (_, at) => {
    level += draw() + draw() + draw() - 1.5;
    const season = seasons.reduce((sum, period) => sum + 20 * Math.sin((2 * Math.PI * at) / period), 0);
    const value = Math.max(0, level + season + 10 * (draw() - 0.5));
    return at > 0 && draw() < MISSING_SHARE ? null : value;
  });
  const times = values.map((_, at) => new Date(START_MS + at * stepMs).toISOString());
  return { times, values, horizon, ...(seasons.length === 0 ? {} : { seasons }) };
}

/** Even over 0..1, by mulberry32. */
function drawsOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
