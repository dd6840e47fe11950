import { describe, expect, it } from 'vitest';
import { createRandom } from '../../platform/numbers/index.ts';
import { isDeep } from '../../testing/deep.ts';
import { computeEventValue, computeMetricValue, type MeasuredEvents } from './compute.ts';
import type { OutcomeSums } from './outcomes.ts';

const window = { start: '2026-10-01T00:00:00.000Z', end: '2026-10-31T00:00:00.000Z' };

const sums = (change: Partial<OutcomeSums> = {}): OutcomeSums => ({
  ...{ version: '1', currency: 'USD', events: 12, withOutcome: 12, total: '60', squares: 300, leftOut: 0 },
  ...change,
});
const compute = (change: Partial<MeasuredEvents> = {}) =>
  computeEventValue({ sums: [sums()], hasLabels: false, predictions: 1000, completeness: 1, window, ...change });

describe('the measured value of a prediction', () => {
  it('is the sum of the outcomes over all predictions, with the interval of Student', () => {
    // (300 - 60^2 / 1000) / 999 = 0.2966967; the 0.975 quantile of Student with 999 degrees is 1.962341.
    const value = compute();
    expect(value).toMatchObject({ perPrediction: { amount: '0.06', currency: 'USD' }, total: { amount: '60' } });
    expect(value.variance).toBeCloseTo(0.2966967, 7);
    expect(Number(value.interval?.lower)).toBeCloseTo(0.0261991, 6);
    expect(Number(value.interval?.upper)).toBeCloseTo(0.0938009, 6);
  });

  it.each([
    ['without events of the version', { sums: [] }, 'the version has no outcome event in the window'],
    [
      'without labels of the version',
      { sums: [], hasLabels: true },
      'the version has no label of a prediction in the window',
    ],
    [
      'in two currencies',
      { sums: [sums(), sums({ currency: 'EUR' })] },
      'the outcome events are in USD and EUR; currencies are not added',
    ],
    [
      'without logged predictions',
      { predictions: null },
      '0 predictions are logged and 12 have an outcome; record all predictions with their version',
    ],
    [
      'with fewer predictions than outcomes',
      { predictions: 3 },
      '3 predictions are logged and 12 have an outcome; record all predictions with their version',
    ],
  ])('is unknown with a reason %s', (_, change, reason) => {
    expect(compute(change)).toMatchObject({ perPrediction: null, interval: null, reason });
  });

  it('has no interval with few outcomes, and is negative when refunds prevail', () => {
    expect(compute({ sums: [sums({ withOutcome: 9, total: '-45', squares: 225 })] })).toMatchObject({
      perPrediction: { amount: '-0.045' },
      interval: null,
    });
  });

  it('has an interval that contains the true mean as often as stated', () => {
    const runs = isDeep ? 2000 : 200;
    const random = createRandom(18);
    let covered = 0;
    for (let at = 0; at < runs; at += 1) {
      let [total, squares, withOutcome] = [0, 0, 0];
      for (let prediction = 0; prediction < 2000; prediction += 1) {
        if (random() >= 0.1) continue;
        const amount = Math.round(1000 * random());
        withOutcome += 1;
        total += amount;
        squares += amount * amount;
      }
      const of = sums({ events: withOutcome, withOutcome, total: String(total), squares });
      const { interval } = compute({ sums: [of], predictions: 2000 });
      if (Number(interval?.lower) <= 50 && 50 <= Number(interval?.upper)) covered += 1;
    }
    // 95 % less three standard errors.
    expect(covered / runs).toBeGreaterThan(0.95 - 3 * Math.sqrt((0.95 * 0.05) / runs));
  });
});

describe('the value of a prediction from the value of a unit of a metric', () => {
  const unit = { metric: 'accuracy', value: { amount: '2', currency: 'USD' }, monitor: 'm' };
  it('is the metric times the amount, with its interval', () => {
    const interval = { lower: 0.88, upper: 0.92, level: 0.95 };
    expect(computeMetricValue(unit, [{ metric: 'accuracy', value: 0.9, interval }])).toMatchObject({
      source: 'metric',
      perPrediction: { amount: '1.8', currency: 'USD' },
      interval: { lower: '1.76', upper: '1.84' },
    });
  });
  it('is unknown for an error, and for a metric that was not logged', () => {
    expect(computeMetricValue({ ...unit, metric: 'rmse' }, []).reason).toContain('is an error');
    expect(computeMetricValue(unit, []).reason).toBe('no metric "accuracy" was logged for the version');
  });
});
