import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../../../platform/numbers/index.ts';
import { normal } from '../../drift/calibration.testing.ts';
import type { TestResult } from '../measured.ts';
import { domainClassifier } from './domain-classifier.ts';
import { maximumMeanDiscrepancyTest } from './mmd.ts';
import type { Points } from './points.ts';

const tests = { mmd: maximumMeanDiscrepancyTest, domain_classifier: domainClassifier };
const names = Object.keys(tests) as (keyof typeof tests)[];

const draw = (rows: number, dimension: number, random: Random, of = (value: number) => value): Points => ({
  values: Float64Array.from({ length: rows * dimension }, () => of(normal(random))),
  dimension,
});
const readPValue = (measured: TestResult) => ('reason' in measured ? Number.NaN : (measured.pValue ?? Number.NaN));

describe.each(names)('%s of embeddings', (name) => {
  const test = tests[name];

  it('alarms in about 5 % of data that does not drift, at sizes that differ', { timeout: 120_000 }, () => {
    const random = createRandom(21);
    const runs = 200;
    let alarms = 0;
    for (let run = 0; run < runs; run += 1) {
      const pair = { reference: draw(40, 3, random), current: draw(15, 3, random) };
      if (readPValue(test(pair)) <= 0.05) alarms += 1;
    }
    // 5 % and two standard errors of 200 runs.
    expect(alarms / runs).toBeLessThanOrEqual(0.081);
    expect(alarms / runs).toBeGreaterThan(0.01);
  });

  it('finds a moved mean and a changed spread, which no single mean shows', () => {
    const random = createRandom(5);
    const reference = draw(120, 8, random);
    expect(readPValue(test({ reference, current: draw(100, 8, random, (value) => value + 0.5) }))).toBeLessThan(0.01);
    expect(readPValue(test({ reference, current: draw(100, 8, random, (value) => value * 2) }))).toBeLessThan(0.01);
  });

  it('says why where there is nothing to tell', () => {
    const same = { values: new Float64Array(40), dimension: 2 };
    expect(test({ reference: same, current: same })).toEqual({ reason: 'all rows are equal' });
    expect(test({ reference: same, current: { values: new Float64Array(2), dimension: 2 } })).toHaveProperty('reason');
  });
});

describe('the figures', () => {
  it('are the discrepancy by its definition, and an area of one for sides that lie apart', () => {
    const reference = { values: Float64Array.of(0, 1, 2), dimension: 1 };
    const current = { values: Float64Array.of(1, 3), dimension: 1 };
    // Squared distances of the ten pairs: 0 1 1 1 1 1 4 4 4 9, the sixth is 1.
    const k = (a: number, b: number) => Math.exp(-((a - b) ** 2));
    const within = (k(0, 1) + k(0, 2) + k(1, 2)) / 3;
    const across = [0, 1, 2].flatMap((a) => [1, 3].map((b) => k(a, b))).reduce((sum, value) => sum + value, 0) / 6;
    expect(maximumMeanDiscrepancyTest({ reference, current })).toMatchObject({
      statistic: expect.closeTo(within + k(1, 3) - 2 * across, 12),
    });
    const apart = (from: number) => ({
      values: Float64Array.from({ length: 20 }, (_, at) => from + at / 20),
      dimension: 1,
    });
    expect(domainClassifier({ reference: apart(0), current: apart(9) })).toEqual({ statistic: 1, pValue: 0.002 });
  });
});
