import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { isDeep } from '../../testing/deep.ts';
import { forecastSeries } from './forecast-series.ts';
import { selectSeasons } from './seasons.ts';

const shared = join(import.meta.dirname, '../../../../shared/data/stats');
const there = existsSync(join(shared, 'm4')) || process.env.CI !== undefined;

interface Known {
  readonly name: string;
  readonly past: readonly number[];
  readonly future: readonly number[];
}

function linesOf(file: string): string[][] {
  const text = gunzipSync(readFileSync(join(shared, file))).toString('utf8');
  return text
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.split(',').map((field) => field.replaceAll('"', '')));
}

const numbersOf = (fields: readonly string[]) =>
  fields.filter((field) => field !== '').map((field) => (field === 'NA' ? Number.NaN : Number(field)));

function paired(folder: string, name: string, names: readonly [string, string], skip: number): Known[] {
  const futures = new Map(linesOf(`${folder}/${names[1]}.csv.gz`).map(([id, ...rest]) => [id, rest]));
  return linesOf(`${folder}/${names[0]}.csv.gz`).map(([id = name, ...rest]) => ({
    name: id,
    past: numbersOf(rest.slice(skip)),
    future: numbersOf((futures.get(id) ?? []).slice(skip)),
  }));
}

const readers: Readonly<Record<string, () => Known[]>> = {
  nn5: () =>
    linesOf('nn5/daily.csv.gz').map(([name = '', , ...rest]) => {
      const values = numbersOf(rest);
      return { name, past: values.slice(0, -56), future: values.slice(-56) };
    }),
  m3_monthly: () => paired('m3', 'm3', ['monthly-train', 'monthly-test'], 1),
  m4_hourly: () => paired('m4', 'hourly', ['Hourly-train', 'Hourly-test'], 0),
  m4_weekly: () => paired('m4', 'weekly', ['Weekly-train', 'Weekly-test'], 0),
};

/** Mean absolute error in that of repeating the last season, and the shares inside, of the values that are known. */
function scored({ past, future }: Known, period: number, told: readonly number[] | null) {
  const series = Float64Array.from(past);
  const seasons = selectSeasons(series, told, [52]);
  const { mean, intervals } = forecastSeries(series, { horizon: future.length, seasons, levels: [0.8, 0.95] });
  const changes = past.slice(period).map((value, at) => Math.abs(value - (past[at] as number)));
  const scale = average(changes.filter((change) => !Number.isNaN(change)));
  const known = future.flatMap((value, step) => (Number.isNaN(value) ? [] : [{ value, step }]));
  const inside = intervals.map(({ low, high }) =>
    average(known.map(({ value, step }) => Number(value >= (low[step] as number) && value <= (high[step] as number)))),
  );
  return {
    mase: average(known.map(({ value, step }) => Math.abs(value - (mean[step] as number)))) / scale,
    inside80: inside[0] ?? 0,
    inside95: inside[1] ?? 0,
  };
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The lowest MASE of R's forecast and of augurs on these very series (`forecast_baselines_by_series.csv`). */
function lowestOfOthers(set: string, names: ReadonlySet<string>): number {
  const file = join(shared, '../../checks/forecast_baselines_by_series.csv.gz');
  const byMethod = new Map<string, number[]>();
  for (const line of gunzipSync(readFileSync(file)).toString('utf8').trim().split(/\r?\n/)) {
    const [from, id = '', method = '', mase] = line.split(',');
    if (from === set && names.has(id)) byMethod.set(method, [...(byMethod.get(method) ?? []), Number(mase)]);
  }
  return Math.min(...[...byMethod.values()].map(average));
}

describe.skipIf(!there)('competition series whose future is known (needs ../shared)', () => {
  /** Samples every n-th series: the first n in the normal suite, the second in `npm run test:deep`. */
  it.each<[string, number, readonly number[] | null, number, number]>([
    ['nn5', 7, [7], 10, 2],
    ['m3_monthly', 12, [12], 30, 6],
    ['m4_hourly', 24, [24, 168], 5, 5],
    ['m4_weekly', 1, null, 3, 3],
  ])(
    '%s are forecast no worse than by the best of others, and the intervals hold',
    (set, period, told, each, whole) => {
      const series = (readers[set]?.() ?? []).filter((_, at) => at % (isDeep ? whole : each) === 0);
      const scores = series.map((known) => scored(known, period, told));
      const mase = average(scores.map((score) => score.mase));
      expect(mase).toBeLessThan(lowestOfOthers(set, new Set(series.map(({ name }) => name))));
      // for a sample; forecast_score.py requires 77 to 83 and 93 to 97 for the full sets
      const [inner, outer] = [
        average(scores.map(({ inside80 }) => inside80)),
        average(scores.map(({ inside95 }) => inside95)),
      ];
      expect(inner).toBeGreaterThan(0.74);
      expect(inner).toBeLessThan(0.86);
      expect(outer).toBeGreaterThan(0.91);
      expect(outer).toBeLessThan(0.985);
    },
  );
});
