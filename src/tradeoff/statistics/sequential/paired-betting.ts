import { computeNormalTail, findRoot } from '../../../platform/numbers/index.ts';
import type { Interval, PairedCounts } from '../outcomes.ts';

/** Bets as shares of the largest admissible one: 1/2, 1/4, … 1/256. */
const BETS = Array.from({ length: 8 }, (_, place) => 2 ** -(place + 1));

/**
 * Confidence sequence of the difference candidate - baseline of paired 0/1 outcomes, exact at every n: the betting martingale of
 * Waudby-Smith and Ramdas (2024) with a mixture of eight constant bets instead of predictable ones. Constant bets make it a function of
 * the counts, so that the order of the pairs does not matter and an update is O(1). Against the mean m a bet b multiplies the stake by
 * 1 - b + b (1 + d) / (1 + m) for each difference d of -1, 0 or 1; m is excluded once the average stake reaches 1 / tail.
 * Each end errs with at most `tail` over all n, where the pairs are independent of each other. -1 and 1 without pairs.
 *
 * @example computePairedBettingInterval({ both: 880, onlyCandidate: 20, onlyBaseline: 20, neither: 80 }, 0.05) // -0.0205 to 0.0205
 */
export function computePairedBettingInterval(counts: PairedCounts, tail: number): Interval {
  const { both, onlyCandidate, onlyBaseline, neither } = counts;
  const ties = both + neither;
  return {
    lower: computeLowerEnd(onlyCandidate, ties, onlyBaseline, tail),
    upper: -computeLowerEnd(onlyBaseline, ties, onlyCandidate, tail),
  };
}

/** Level of a single normal test as wide as this sequence, for plans: the stake grows by about z^2 / 2. Example: tail 0.05 -> 0.0007. */
export function computePairedBettingLevel(tail: number): number {
  return computeNormalTail(Math.sqrt(2 * Math.log(BETS.length / tail)));
}

/** The mean at which the average stake of bets on a larger mean reaches 1 / tail; the stake falls as the mean rises. */
function computeLowerEnd(gains: number, ties: number, losses: number, tail: number): number {
  const n = gains + ties + losses;
  if (n === 0) return -1;
  const threshold = Math.log(BETS.length / tail);
  const estimate = (gains - losses) / n;
  const exceed = (mean: number): number => computeLogStakes(gains, ties, losses, mean) - threshold;
  // At the estimate each bet has lost or kept its stake; towards -1 a stake grows without limit while there is a gain or a tie.
  const lowest = -1 + 1e-9;
  return estimate <= lowest || exceed(lowest) < 0 ? -1 : findRoot(exceed, lowest, estimate, 1e-12);
}

/** ln of the sum of the stakes. */
function computeLogStakes(gains: number, ties: number, losses: number, mean: number): number {
  const ratio = 1 / (1 + mean);
  const logs = BETS.map(
    (bet) =>
      gains * Math.log1p(bet * (2 * ratio - 1)) + ties * Math.log1p(bet * (ratio - 1)) + losses * Math.log1p(-bet),
  );
  const largest = Math.max(...logs);
  return largest + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - largest), 0));
}
