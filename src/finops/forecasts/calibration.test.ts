import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { computeQuantile } from '../../platform/numbers/index.ts';
import { isDeep } from '../../testing/deep.ts';
import { createDraws, drawSeries } from '../forecasting/drawn.testing.ts';
import { computeStepsBack, forecastDays } from './daily-forecast.ts';
import { computeDegrees, computeErrorsOnDay, drawMixes, sumRunningErrors } from './paths.ts';

const at = (sorted: Float64Array, share: number): number => computeQuantile(sorted, share) ?? Number.NaN;

const shared = join(import.meta.dirname, '../../../../shared/data/stats/nn5/daily.csv.gz');
const there = existsSync(shared) || process.env.CI !== undefined;
const FIRST = 20_000;

/** Actual minus expected total, and the same for every path. */
interface Judged {
  readonly error: number;
  readonly paths: Float64Array;
}

const mixes = new Map<string, Float64Array[]>();

/** The sum of the last `horizon` days, forecast from those before. */
function judged(values: Float64Array, horizon: number): Judged {
  const past = values.subarray(0, -horizon);
  const back = computeStepsBack(past.length, horizon);
  const { mean, errors } = forecastDays(past, FIRST, horizon, back);
  const degrees = computeDegrees((back[0] ?? 0) / horizon);
  const key = `${errors.length} ${degrees}`;
  const mix = mixes.get(key) ?? drawMixes(errors.length, degrees);
  mixes.set(key, mix);
  const sum = (days: Float64Array) => days.reduce((total, day) => total + day, 0);
  const paths = computeErrorsOnDay(sumRunningErrors(errors), mix, horizon - 1).sort();
  return { error: sum(values.subarray(-horizon)) - sum(mean), paths };
}

function held(all: readonly Judged[], level: number): number {
  const inside = all.filter(
    ({ error, paths }) => error >= at(paths, (1 - level) / 2) && error <= at(paths, (1 + level) / 2),
  );
  return inside.length / all.length;
}

const shapes = [
  { count: 90, period: 7, season: 0, slope: 0, memory: 0 },
  { count: 120, period: 7, season: 3, slope: 0.02, memory: 0.8 },
  { count: 200, period: 7, season: 2, slope: 0, memory: 0.97 },
];

describe('the total of a month', () => {
  const drawn = shapes.flatMap((shape) =>
    [8, 20].flatMap((horizon) =>
      Array.from({ length: 60 }, (_, index) =>
        judged(drawSeries(createDraws(900 + index), { ...shape, count: shape.count + horizon }), horizon),
      ),
    ),
  );

  it('lies in its intervals as often as they say', () => {
    expect(drawn).toHaveLength(360);
    expect(held(drawn, 0.8)).toBeGreaterThan(0.76);
    expect(held(drawn, 0.8)).toBeLessThan(0.86);
    expect(held(drawn, 0.95)).toBeGreaterThan(0.93);
    expect(held(drawn, 0.95)).toBeLessThan(0.985);
  });

  it('passes a limit as often as the probability says', () => {
    const draws = createDraws(7);
    const said = drawn.flatMap(({ error, paths }) =>
      Array.from({ length: 4 }, () => {
        const limit = at(paths, 0.02 + 0.96 * draws.even());
        return { probability: paths.filter((path) => path > limit).length / paths.length, passed: error > limit };
      }),
    );
    for (const from of [0, 0.2, 0.4, 0.6, 0.8]) {
      const bucket = said.filter(({ probability }) => probability >= from && probability < from + 0.2);
      const mean = bucket.reduce((sum, { probability }) => sum + probability, 0) / bucket.length;
      const share = bucket.filter(({ passed }) => passed).length / bucket.length;
      expect(Math.abs(share - mean), `${from}: said ${mean}, was ${share}`).toBeLessThan(0.09);
    }
  });

  it('is not the sum of the intervals of its days, where days go together', () => {
    const values = drawSeries(createDraws(3), { count: 200, period: 7, season: 2, slope: 0, memory: 0.9 });
    const back = computeStepsBack(values.length, 20);
    const { errors } = forecastDays(values, FIRST, 20, back);
    const mix = drawMixes(errors.length, 20);
    const width = (vectors: readonly Float64Array[], step: number) => {
      const sorted = computeErrorsOnDay(vectors, mix, step).sort();
      return at(sorted, 0.9) - at(sorted, 0.1);
    };
    const total = width(sumRunningErrors(errors), 19);
    const days = Array.from({ length: 20 }, (_, step) => width(errors, step));
    const unrelated = Math.sqrt(days.reduce((sum, day) => sum + day * day, 0));
    expect(total).toBeGreaterThan(1.5 * unrelated);
    expect(total).toBeLessThan(days.reduce((sum, day) => sum + day, 0));
  });
});

describe.skipIf(!there)('the total of a month of real series (needs ../shared)', () => {
  it('lies in its intervals as often as they say', () => {
    const lines = gunzipSync(readFileSync(shared)).toString('utf8').trim().split(/\r?\n/).slice(1);
    const sample = lines.filter((_, at) => isDeep || at % 10 === 0);
    const series = sample.map((line) =>
      Float64Array.from(line.split(',').slice(2), (field) => (/^"?(NA|)"?$/.test(field) ? Number.NaN : Number(field))),
    );
    // Three days in different seasons: the series are of one country, and share its holidays.
    const all = [0, 125, 300].flatMap((ago) =>
      series
        .map((values) => judged(values.subarray(200, values.length - ago), 12))
        .filter(({ error }) => !Number.isNaN(error)),
    );
    expect(all.length).toBeGreaterThan(isDeep ? 120 : 12);
    expect(held(all, 0.8)).toBeGreaterThan(0.74);
    expect(held(all, 0.8)).toBeLessThan(0.88);
    expect(held(all, 0.95)).toBeGreaterThan(0.91);
  });
});
