import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../platform/numbers/index.ts';
import { fitTrees, predictByTrees } from './boosted-trees.ts';
import { buildLossReference, type Dle, estimateLosses, type FeatureRows, fitDle, predictLosses } from './dle.ts';

/** Errors are small where x is below 0 and ten times as large above; the second input says nothing and is half unknown. */
function draw(rows: number, highShare: number, seed: number) {
  const random = createRandom(seed);
  const x = Float64Array.from({ length: rows }, () => (random() < highShare ? random() : -random()));
  const noise = x.map(() => (random() < 0.5 ? Number.NaN : random()));
  const error = x.map((value) => (random() - 0.5) * (value > 0 ? 10 : 1));
  return { features: [x, noise], error };
}

const computeMean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;

function estimateRows(dle: Dle, rows: FeatureRows) {
  const { mae, rmse } = predictLosses(dle, rows);
  const means = { mae: computeMean(mae), rmse: computeMean(rmse) };
  return estimateLosses(buildLossReference(dle), { rows: mae.length, means });
}

describe('DLE', () => {
  it('follows the error that is measured later when the inputs move to where the model is worse', () => {
    const reference = draw(3_000, 0.1, 1);
    const dle = fitDle(reference.features, reference.error);
    for (const [at, share] of [0.1, 0.5, 0.9].entries()) {
      const window = draw(3_000, share, 2 + at);
      const { mae, rmse } = estimateRows(dle, window.features);
      const realised = {
        mae: computeMean(window.error.map(Math.abs)),
        mse: computeMean(window.error.map((e) => e ** 2)),
      };
      expect('value' in mae && mae.value / realised.mae, `MAE with ${share}`).toBeCloseTo(1, 1);
      expect('value' in rmse && Math.sqrt(rmse.value / realised.mse), `RMSE with ${share}`).toBeCloseTo(1, 1);
    }
    expect(computeMean(reference.error.map(Math.abs))).toBeLessThan(1);
  });

  it('gives the same figures each time, and none without rows', () => {
    const reference = draw(500, 0.5, 7);
    const estimates = () => estimateRows(fitDle(reference.features, reference.error), draw(50, 0.5, 8).features);
    expect(estimates()).toEqual(estimates());
    const none = estimateRows(fitDle(reference.features, reference.error), [new Float64Array(), new Float64Array()]);
    expect(none.mae).toEqual({ reason: 'no prediction is a number' });
  });
});

describe('boosted trees', () => {
  it('learn a step, one where a value is unknown among them, and say a constant of a constant', () => {
    const x = Float64Array.from({ length: 900 }, (_, at) => (at % 3 === 0 ? Number.NaN : at % 3));
    const target = x.map((value) => (Number.isNaN(value) ? 7 : value * 2));
    const found = predictByTrees(fitTrees([x], target), [Float64Array.of(Number.NaN, 1, 2, 99, -99)]);
    expect([...found].map((value) => Math.round(value * 100) / 100)).toEqual([7, 2, 4, 4, 2]);
    expect([
      ...predictByTrees(
        fitTrees(
          [x],
          x.map(() => 3),
        ),
        [Float64Array.of(1, 5)],
      ),
    ]).toEqual([3, 3]);
  });
});
