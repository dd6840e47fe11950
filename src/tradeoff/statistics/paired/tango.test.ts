import { describe, expect, it } from 'vitest';
import { computeBinomialProbability } from '../../../platform/numbers/index.ts';
import type { Interval, PairedCounts } from '../outcomes.ts';
import { computeGuardedTangoInterval, computeTangoInterval } from './tango.ts';

const N = 225;

/** Exact probability, over all tables of n pairs, of an interval wholly above and wholly below the true difference. */
function enumerateErrors(
  computeInterval: (counts: PairedCounts, tail: number) => Interval,
  { discordance, difference, tail }: { discordance: number; difference: number; tail: number },
): { above: number; below: number } {
  const [better, worse] = [(discordance + difference) / 2, (discordance - difference) / 2];
  let [above, below] = [0, 0];
  for (let onlyCandidate = 0; onlyCandidate <= N; onlyCandidate += 1) {
    const first = computeBinomialProbability(onlyCandidate, N, better);
    if (first < 1e-9) continue;
    for (let onlyBaseline = 0; onlyBaseline <= N - onlyCandidate; onlyBaseline += 1) {
      const both = N - onlyCandidate - onlyBaseline;
      const mass = first * computeBinomialProbability(onlyBaseline, N - onlyCandidate, worse / (1 - better));
      if (mass < 1e-9) continue;
      const { lower, upper } = computeInterval({ both, onlyCandidate, onlyBaseline, neither: 0 }, tail);
      if (lower > difference) above += mass;
      if (upper < difference) below += mass;
    }
  }
  return { above, below };
}

describe('the interval of few discordant pairs', () => {
  const truth = { discordance: 0.04, difference: -0.02, tail: 0.05 };

  it('misses a loss from below too often by Tango alone, and as stated with the guard', () => {
    const [tango, guarded] = [computeTangoInterval, computeGuardedTangoInterval].map((one) =>
      enumerateErrors(one, truth),
    );
    expect(tango?.below).toBeCloseTo(0.0652, 4);
    expect(guarded?.below).toBeLessThan(0.0525);
    expect(guarded?.above).toBeLessThan(0.0475);
  });

  it('is symmetric in the arms', () => {
    const gain = enumerateErrors(computeGuardedTangoInterval, { ...truth, difference: 0.02 });
    const loss = enumerateErrors(computeGuardedTangoInterval, truth);
    expect([gain.above, gain.below]).toEqual([loss.below, loss.above].map((rate) => expect.closeTo(rate, 8)));
  });

  it('is never narrower than Tango’s', () => {
    for (const [onlyCandidate, onlyBaseline] of [
      [0, 0],
      [0, 3],
      [1, 8],
      [12, 4],
      [90, 100],
      [0, N],
    ] as const) {
      const counts = { both: N - onlyCandidate - onlyBaseline, onlyCandidate, onlyBaseline, neither: 0 };
      for (const tail of [0.2, 0.05, 1e-4, 1e-12]) {
        const [tango, guarded] = [computeTangoInterval(counts, tail), computeGuardedTangoInterval(counts, tail)];
        expect([guarded.lower <= tango.lower + 1e-12, guarded.upper >= tango.upper - 1e-12]).toEqual([true, true]);
      }
    }
  });
});
