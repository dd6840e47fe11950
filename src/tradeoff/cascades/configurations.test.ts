import { describe, expect, it } from 'vitest';
import { createRandom } from '../../platform/numbers/index.ts';
import { buildConfigurations, type FitCandidate } from './configurations.ts';
import { replayCascade } from './replay.ts';
import { buildThresholds, findBins } from './thresholds.ts';

interface Simulated {
  readonly name: string;
  readonly cost: number;
  /** Chance of a correct answer at confidence 0 and at confidence 1. */
  readonly accuracy: readonly [number, number];
}

const CANDIDATES: readonly Simulated[] = [
  { name: 'large', cost: 4, accuracy: [0.9, 0.9] },
  { name: 'small', cost: 0.4, accuracy: [0.5, 1] },
  { name: 'tiny', cost: 0.02, accuracy: [0.2, 0.95] },
];

/** Independent rows of candidates with uniform confidences. */
function simulateCandidates(seed: number, rows: number, candidates: readonly Simulated[]) {
  const random = createRandom(seed);
  return candidates.map(({ name, cost, accuracy: [low, high] }) => {
    const confidence = Float64Array.from({ length: rows }, () => random());
    const quality = confidence.map((value) => (random() < low + (high - low) * value ? 1 : 0));
    return { name, quality, confidence, cost: new Float64Array(rows).fill(cost) } satisfies FitCandidate;
  });
}

function add(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

describe('thresholds of a stage', () => {
  it('are confidences of the rows at equal ranks, above the smallest', () => {
    expect([...buildThresholds(Float64Array.of(0.6, 0.1, 0.2, 0.3, 0.4, 0.5), 2)]).toEqual([0.3, 0.5]);
  });

  it.each([
    ['constant confidences', Float64Array.of(0.5, 0.5, 0.5)],
    ['unknown confidences', Float64Array.of(Number.NaN, Number.NaN)],
    ['no column', null],
  ])('do not exist for %s', (_, confidence) => {
    expect(buildThresholds(confidence, 10)).toHaveLength(0);
  });

  it('put an unknown confidence below all of them', () => {
    expect([...findBins(Float64Array.of(0.3, Number.NaN, 0.29, 0.9), Float64Array.of(0.3, 0.5), 4)]).toEqual([
      1, 0, 0, 2,
    ]);
  });
});

describe('sums of all cascades', () => {
  it('equal those of a replay row by row, with costs by row and unknown confidences', () => {
    const random = createRandom(5);
    const candidates = simulateCandidates(4, 301, CANDIDATES).map((candidate) => ({
      ...candidate,
      confidence: candidate.confidence.map((value) => (random() < 0.1 ? Number.NaN : Math.round(value * 20) / 20)),
      cost: candidate.cost.map(() => random()),
    }));
    const { count, folds, sums, listStages, rows } = buildConfigurations(candidates, 0);
    const reference = candidates[0]?.quality ?? new Float64Array();
    expect(add(rows)).toBe(301);
    const pool = (list: Float64Array, cascade: number) =>
      add(Float64Array.from({ length: folds }, (_, fold) => list[fold * count + cascade] ?? Number.NaN));
    for (let cascade = 0; cascade < count; cascade += 17) {
      const replay = replayCascade(candidates, listStages(cascade), 301);
      const difference = replay.quality.map((value, row) => value - (reference[row] ?? 0));
      expect(pool(sums.difference, cascade)).toBeCloseTo(add(difference), 9);
      expect(pool(sums.square, cascade)).toBeCloseTo(add(difference.map((value) => value * value)), 9);
      expect(pool(sums.cost, cascade)).toBeCloseTo(add(replay.cost), 9);
    }
  });

  it('have every candidate alone, and each order of two and three', () => {
    const { count, listStages } = buildConfigurations(simulateCandidates(1, 200, CANDIDATES), 0);
    const orders = new Set(
      Array.from({ length: count }, (_, at) =>
        listStages(at)
          .map((stage) => stage.candidate)
          .join('>'),
      ),
    );
    expect(orders.size).toBe(3 + 6 + 6);
  });

  it('stay below 100,000 cascades for 12 candidates', () => {
    const many = Array.from({ length: 12 }, (_, at) => ({
      name: `c${at}`,
      cost: at + 1,
      accuracy: [0.5, 0.7 + at / 100] as const,
    }));
    expect(buildConfigurations(simulateCandidates(1, 400, many), 11).count).toBeLessThan(100_000 + 12 * 12 * 48);
  });
});
