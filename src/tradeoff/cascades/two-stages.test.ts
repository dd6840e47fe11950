import { expect, it } from 'vitest';
import { createRandom } from '../../platform/numbers/index.ts';
import { buildConfigurations } from './configurations.ts';
import { buildTwoStages } from './two-stages.ts';

it('has the sums of all cascades of the first stage and the last, from sums by fold and confidence', () => {
  const random = createRandom(3);
  const rows = 500;
  const simulate = (cost: number) => ({
    quality: Float64Array.from({ length: rows }, () => Math.round(random())),
    cost: new Float64Array(rows).fill(cost),
  });
  const confidence = Float64Array.from({ length: rows }, () => Math.round(random() * 30) / 30);
  // A free first stage: the cost of a cascade is then the number of rows that the last is asked for.
  const [first, last] = [
    { name: 'first', confidence, ...simulate(0) },
    { name: 'last', confidence: null, ...simulate(1) },
  ];
  const whole = buildConfigurations([first, last], 1);
  const cascades = Array.from({ length: whole.count }, (_, at) => at).filter((at) => whole.listStages(at).length === 2);
  const thresholds = cascades.map((at) => whole.listStages(at)[0]?.acceptAtConfidence ?? 0);
  const bins = Array.from({ length: rows }, (_, row) => {
    const difference = (first.quality[row] ?? 0) - (last.quality[row] ?? 0);
    const bin = thresholds.filter((one) => (confidence[row] ?? 0) >= one).length;
    return { fold: row % whole.folds, bin, rows: 1, difference, square: difference ** 2 };
  });
  const two = buildTwoStages({ folds: whole.folds, thresholds, bins });
  expect(two.rows).toEqual(whole.rows);
  expect(thresholds.length).toBeGreaterThan(20);
  for (const [place, cascade] of cascades.entries()) {
    expect(two.listStages(place)[0]).toEqual({ candidate: 0, acceptAtConfidence: thresholds[place] });
    for (const kind of ['difference', 'square', 'cost'] as const) {
      for (let fold = 0; fold < whole.folds; fold += 1) {
        expect(two.sums[kind][fold * two.count + place]).toBeCloseTo(
          whole.sums[kind][fold * whole.count + cascade] ?? Number.NaN,
          9,
        );
      }
    }
  }
});
