import { computeQuantile, createRandom, type Random, sortAscending } from '../../../platform/numbers/index.ts';
import { type RecordedPair, type SimulatedTerms, type SimulatedTrial, simulateTrial } from './simulate-trial.ts';

type SimulatedOutcome = SimulatedTrial['outcome'];

/** Median with the 5th and 95th percentile over shuffles. */
interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** Results of one trial for each of many random orders of the same pairs. */
export interface SimulatedShuffles {
  readonly shuffles: number;
  /** Number of shuffles by outcome. */
  readonly counts: Readonly<Record<SimulatedOutcome, number>>;
  /** Pairs until it was kept or rolled back; null without any such shuffle. */
  readonly decidedAt: Spread | null;
  /** Saving as a share of the cost of the baseline until the decision, of the kept shuffles; null without any. */
  readonly savedRatio: Spread | null;
}

/**
 * Replays the pairs in random orders, which a seed determines. Shuffled pairs are exchangeable, so that a result that differs from that of the
 * recorded order shows drift or dependence in the record. `undone` counts shuffles that were kept first.
 *
 * @example simulateShuffles(pairs, terms, { shuffles: 200, seed: 1 }).counts.kept / 200 // share of shuffles that keep the change
 */
export function simulateShuffles(
  pairs: readonly RecordedPair[],
  terms: SimulatedTerms,
  { shuffles, seed }: { readonly shuffles: number; readonly seed: number },
): SimulatedShuffles {
  const random = createRandom(seed);
  const counts: Record<SimulatedOutcome, number> = { kept: 0, 'rolled back': 0, 'not proven': 0, undone: 0 };
  const decided: number[] = [];
  const saved: number[] = [];
  for (let count = 0; count < shuffles; count += 1) {
    const trial = simulateTrial(shufflePairs(pairs, random), terms);
    counts[trial.outcome] += 1;
    if (trial.decidedAt !== null) decided.push(trial.decidedAt);
    const wasKept = trial.outcome === 'kept' || trial.outcome === 'undone';
    if (wasKept && trial.savedRatio !== null) saved.push(trial.savedRatio);
  }
  return { shuffles, counts, decidedAt: summarize(decided), savedRatio: summarize(saved) };
}

/** Fisher-Yates. */
function shufflePairs(pairs: readonly RecordedPair[], random: Random): RecordedPair[] {
  const order = Uint32Array.from(pairs.keys());
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    const moved = order[last] ?? 0;
    order[last] = order[other] ?? 0;
    order[other] = moved;
  }
  return Array.from(order).flatMap((place) => pairs[place] ?? []);
}

function summarize(values: readonly number[]): Spread | null {
  const sorted = sortAscending(values);
  const [low, median, high] = [0.05, 0.5, 0.95].map((level) => computeQuantile(sorted, level));
  return low == null || median == null || high == null ? null : { median, low, high };
}
