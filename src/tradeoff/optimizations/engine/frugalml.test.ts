import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../platform/numbers/index.ts';
import { draws } from '../../../testing/deep.ts';
import { type CascadePair, readCascadePairs } from './frugalml.testing.ts';
import { type SimulatedTerms, simulateTrial } from './simulate-trial.ts';

const folder = join(import.meta.dirname, '../../../../../shared/data/decisions/frugalml');
const TERMS: SimulatedTerms = {
  ...{ better: 'higher', alpha: 0.05, averageRunLength: 100_000, range: 1 },
  margin: { scale: 'absolute', value: 0.01 },
};
const SHUFFLES = draws(200, 20);

function shuffle<T>(values: readonly T[], seed: number): T[] {
  const next = createRandom(seed);
  const shuffled = [...values];
  for (let last = shuffled.length - 1; last > 0; last -= 1) {
    const other = Math.floor(next() * (last + 1));
    [shuffled[last], shuffled[other]] = [shuffled[other] as T, shuffled[last] as T];
  }
  return shuffled;
}

/** The first API answers as badly from half of the pairs on as an API that is wrong in 30 % of the answers that the cascade accepts. */
function degrade(pairs: readonly CascadePair[], seed: number): CascadePair[] {
  const next = createRandom(seed);
  return pairs.map((pair, at) =>
    at < pairs.length / 2 || !pair.isAccepted || next() >= 0.3 ? pair : { ...pair, candidate: 0 },
  );
}

function countOutcomes(
  pairs: readonly CascadePair[],
  change: (shuffled: CascadePair[], seed: number) => CascadePair[] = (same) => same,
) {
  const counts = { kept: 0, 'rolled back': 0, 'not proven': 0, undone: 0 };
  const saved: number[] = [];
  const delays: number[] = [];
  for (let seed = 1; seed <= SHUFFLES; seed += 1) {
    const trial = simulateTrial(change(shuffle(pairs, seed), seed), TERMS);
    counts[trial.outcome] += 1;
    if (trial.decidedAt !== null) saved.push(trial.savedRatio ?? 0);
    if (trial.undoneAt !== null) delays.push(trial.undoneAt - pairs.length / 2);
  }
  return { counts, saved, delays };
}

describe.skipIf(!existsSync(folder))('recorded answers of paid APIs (../shared/data/decisions/frugalml)', () => {
  it('audiomnist: the cascade is kept in at least 90 % of the shuffles, at 80 % less cost', () => {
    const { counts, saved } = countOutcomes(readCascadePairs('audiomnist'));
    expect(counts.kept).toBeGreaterThanOrEqual(0.9 * SHUFFLES);
    expect(Math.min(...saved)).toBeGreaterThanOrEqual(0.8);
  });

  it('imdb: the cascade is kept', () => {
    const { counts } = countOutcomes(readCascadePairs('imdb'));
    expect(counts.kept).toBeGreaterThanOrEqual(0.9 * SHUFFLES);
  });

  it('ferplus: the cascade is not kept in at least 90 % of the shuffles: its loss may be a point or more', () => {
    const { counts } = countOutcomes(readCascadePairs('ferplus'));
    expect(counts.kept + counts.undone).toBeLessThanOrEqual(0.1 * SHUFFLES);
  });

  it('a fall of quality at half time is undone, and within 200 pairs in the median', () => {
    const { counts, delays } = countOutcomes(readCascadePairs('audiomnist'), degrade);
    expect(counts.undone).toBe(SHUFFLES);
    expect(delays.toSorted((one, other) => one - other)[Math.floor(delays.length / 2)]).toBeLessThan(200);
  });

  it('in the order of the files, where speakers follow each other, an audiomnist cascade is kept and later undone', () => {
    expect(simulateTrial(readCascadePairs('audiomnist'), TERMS)).toMatchObject({ outcome: 'undone' });
    expect(simulateTrial(readCascadePairs('ferplus'), TERMS)).toMatchObject({ outcome: 'not proven' });
  });
});
