import { expect, it } from 'vitest';
import { createRandom } from '../../../platform/numbers/index.ts';
import { simulateShuffles } from './simulate-shuffles.ts';
import type { RecordedPair, SimulatedTerms } from './simulate-trial.ts';

const TERMS: SimulatedTerms = {
  margin: { scale: 'absolute', value: 0.05 },
  ...{ better: 'higher', alpha: 0.05, averageRunLength: 100_000, range: 1 },
};

/** Independent pairs: the candidate answers a right answer of the baseline wrong with the probability `loss`. */
function drawPairs(count: number, loss: number, candidateCost = 1): RecordedPair[] {
  const random = createRandom(7);
  return Array.from({ length: count }, () => {
    const baseline = random() < 0.9 ? 1 : 0;
    const candidate = baseline === 1 && random() < loss ? 0 : baseline;
    return { baseline, candidate, baselineCost: 4, candidateCost };
  });
}

const SEEDED = { shuffles: 40, seed: 1 };

it('keeps a cheaper candidate of equal quality in every order, with its saving', () => {
  const result = simulateShuffles(drawPairs(1500, 0), TERMS, SEEDED);
  expect(result).toMatchObject({ shuffles: 40, counts: { kept: 40, 'rolled back': 0, 'not proven': 0, undone: 0 } });
  expect(result.savedRatio).toEqual({ median: 0.75, low: 0.75, high: 0.75 });
  expect(result.decidedAt?.median).toBeLessThan(300);
});

it('rolls back a candidate far beyond the margin, and one that costs more', () => {
  expect(simulateShuffles(drawPairs(1500, 0.3), TERMS, SEEDED).counts['rolled back']).toBe(40);
  expect(simulateShuffles(drawPairs(1500, 0, 5), TERMS, SEEDED)).toMatchObject({
    ...{ counts: { kept: 0, 'rolled back': 40 }, savedRatio: null },
  });
});

it('proves nothing with too few pairs, and depends on its seed alone', () => {
  const pairs = drawPairs(30, 0.03);
  const result = simulateShuffles(pairs, TERMS, SEEDED);
  expect(result).toMatchObject({ counts: { 'not proven': 40 }, decidedAt: null, savedRatio: null });
  const larger = drawPairs(900, 0.03);
  expect(simulateShuffles(larger, TERMS, SEEDED)).toEqual(simulateShuffles(larger, TERMS, SEEDED));
});
