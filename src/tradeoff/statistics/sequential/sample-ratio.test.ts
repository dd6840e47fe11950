import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../platform/numbers/index.ts';
import { draws } from '../../../testing/deep.ts';
import { createSampleRatioTest } from './sample-ratio.ts';

describe('the test for a sample ratio mismatch', () => {
  // PyPI ssrm-test 0.1.5 (Optimizely), sequential_p_values(data, null_probabilities, dirichlet_concentration).
  it.each([
    [[0.5, 0.5], 10_000, [[5000, 5400]], [0.02828214534263377]],
    [
      [0.45, 0.45, 0.1],
      10_000,
      [
        [500, 520, 90],
        [480, 530, 140],
      ],
      [0.8659706822915826, 0.8659706822915826],
    ],
    [
      [0.5, 0.5],
      100,
      [
        [50, 70],
        [500, 650],
      ],
      [0.5951647583459496, 9.407405107885578e-5],
    ],
  ])('equals ssrm-test for shares %j', (shares, concentration, looks, expected) => {
    const test = createSampleRatioTest(shares, concentration);
    looks.forEach((counts, look) => {
      test.add(counts);
      expect(Math.abs(test.pValue() / (expected[look] as number) - 1)).toBeLessThan(1e-9);
    });
  });

  it('raises a false alarm at 5 % in at most 5 % of the tests over 200 looks, and scales the shares', () => {
    const runs = draws(1000);
    let alarms = 0;
    for (let run = 0; run < runs; run += 1) {
      const next = createRandom(run);
      const test = createSampleRatioTest([9, 1], 1000);
      for (let look = 0; look < 200; look += 1) {
        let few = 0;
        for (let request = 0; request < 50; request += 1) few += next() < 0.1 ? 1 : 0;
        test.add([50 - few, few]);
      }
      if (test.pValue() <= 0.05) alarms += 1;
    }
    expect(alarms / runs).toBeLessThanOrEqual(0.05 + 1.645 * Math.sqrt((0.05 * 0.95) / runs));
  });

  it('refuses a single arm, a share of 0 and counts that are none', () => {
    expect(() => createSampleRatioTest([1])).toThrow(RangeError);
    expect(() => createSampleRatioTest([1, 0])).toThrow(RangeError);
    expect(() => createSampleRatioTest([1, 1]).add([1])).toThrow(RangeError);
    expect(() => createSampleRatioTest([1, 1]).add([1, -1])).toThrow(RangeError);
  });
});
