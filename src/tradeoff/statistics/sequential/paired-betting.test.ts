import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../platform/numbers/index.ts';
import { draws } from '../../../testing/deep.ts';
import type { PairedCounts } from '../outcomes.ts';
import { computePairedBettingInterval } from './paired-betting.ts';

const BETS = Array.from({ length: 8 }, (_, place) => 2 ** -(place + 1));

/** The average stake after each pair in turn, by the definition. */
function playBets(differences: readonly number[], mean: number): number {
  const stakes = BETS.map((bet) =>
    differences.reduce((stake, difference) => stake * (1 - bet + (bet * (1 + difference)) / (1 + mean)), 1),
  );
  return stakes.reduce((sum, stake) => sum + stake, 0) / BETS.length;
}

describe('the betting confidence sequence of paired 0/1 outcomes', () => {
  it('ends where the average stake reaches 1 / tail', () => {
    const differences = [...Array(30).fill(0), ...Array(9).fill(1), ...Array(4).fill(-1)] as number[];
    const counts: PairedCounts = { both: 25, neither: 5, onlyCandidate: 9, onlyBaseline: 4 };
    const { lower, upper } = computePairedBettingInterval(counts, 0.05);
    expect(playBets(differences, lower)).toBeCloseTo(20, 6);
    expect(
      playBets(
        differences.map((difference) => -difference),
        -upper,
      ),
    ).toBeCloseTo(20, 6);
  });

  it('is symmetric, narrows with the pairs and is open without them', () => {
    const counts: PairedCounts = { both: 880, onlyCandidate: 20, onlyBaseline: 30, neither: 70 };
    const { lower, upper } = computePairedBettingInterval(counts, 0.05);
    const swapped = computePairedBettingInterval({ ...counts, onlyCandidate: 30, onlyBaseline: 20 }, 0.05);
    expect(swapped).toEqual({ lower: -upper, upper: -lower });
    const tenfold = { both: 8800, onlyCandidate: 200, onlyBaseline: 300, neither: 700 };
    expect(computePairedBettingInterval(tenfold, 0.05).lower).toBeGreaterThan(lower);
    const none: PairedCounts = { both: 0, onlyCandidate: 0, onlyBaseline: 0, neither: 0 };
    expect(computePairedBettingInterval(none, 0.05)).toEqual({ lower: -1, upper: 1 });
    expect(computePairedBettingInterval({ ...none, onlyBaseline: 5 }, 0.05).lower).toBe(-1);
  });

  it('keeps the error of each end at every look from the first pair on', () => {
    const runs = draws(2000);
    const [gain, loss, margin] = [0.02, 0.07, 0.05];
    let [passes, fails] = [0, 0];
    for (let run = 0; run < runs; run += 1) {
      const next = createRandom(run + 1);
      let [onlyCandidate, onlyBaseline, both] = [0, 0, 0];
      let verdict = '';
      for (let n = 1; n <= 300 && verdict === ''; n += 1) {
        const random = next();
        if (random < gain) onlyCandidate += 1;
        else if (random < gain + loss) onlyBaseline += 1;
        else both += 1;
        const { lower, upper } = computePairedBettingInterval({ both, neither: 0, onlyCandidate, onlyBaseline }, 0.05);
        verdict = lower > -margin ? 'pass' : upper < -margin ? 'fail' : '';
      }
      if (verdict === 'pass') passes += 1;
      if (verdict === 'fail') fails += 1;
    }
    const limit = 0.05 + 1.645 * Math.sqrt(0.0475 / runs);
    expect(passes / runs).toBeLessThanOrEqual(limit);
    expect(fails / runs).toBeLessThanOrEqual(limit);
  });
});
