import { createRandom, type Random } from '../../src/platform/numbers/index.ts';
import {
  type ComparisonVerdict,
  compareOutcomes,
  computeLookLevels,
  type PairedCounts,
} from '../../src/tradeoff/statistics/index.ts';

/** Chances of the two kinds of pair in which the outcomes differ. */
export interface DiscordantShares {
  readonly onlyCandidate: number;
  readonly onlyBaseline: number;
}

/**
 * Weights with which recorded pairs are drawn so that candidate - baseline is exactly `difference`. The share of pairs that differ stays
 * the recorded one. Null where the difference exceeds that share.
 */
export function tiltShares(counts: PairedCounts, difference: number): DiscordantShares | null {
  const { both, onlyCandidate, onlyBaseline, neither } = counts;
  const discordant = (onlyCandidate + onlyBaseline) / (both + onlyCandidate + onlyBaseline + neither);
  if (Math.abs(difference) > discordant) return null;
  return { onlyCandidate: (discordant + difference) / 2, onlyBaseline: (discordant - difference) / 2 };
}

export const lookMethods = ['once', 'planned', 'anytime', 'naive'] as const;
export type LookMethod = (typeof lookMethods)[number];

export interface ResampledQuestion {
  readonly shares: DiscordantShares;
  readonly margin: number;
  /** One-sided error of each verdict. */
  readonly tail: number;
  /** Pairs at the last look. */
  readonly n: number;
  readonly looks: number;
  readonly runs: number;
  readonly seed: number;
}

/** Verdicts of the runs, and their pairs at the first verdict (all of them without one), summed. */
export interface VerdictCounts {
  readonly runs: number;
  readonly keep: number;
  readonly rollback: number;
  readonly pairs: number;
}

/** The same drawn pairs judged by each method: the first verdict of the looks is final. */
export function countVerdicts(question: ResampledQuestion): Readonly<Record<LookMethod, VerdictCounts>> {
  const { n, looks, tail, runs, seed } = question;
  const sizes = Array.from({ length: looks }, (_, at) => Math.round(((at + 1) * n) / looks));
  const levels = computeLookLevels(
    sizes.map((size) => size / n),
    tail,
  );
  const random = createRandom(seed);
  const results = Object.fromEntries(lookMethods.map((method) => [method, { runs, keep: 0, rollback: 0, pairs: 0 }]));
  for (let run = 0; run < runs; run += 1) {
    const drawn = drawLooks(question.shares, sizes, random);
    for (const method of lookMethods) {
      const { verdict, pairs } = decide(method, drawn, levels, question);
      const result = results[method] as { keep: number; rollback: number; pairs: number };
      result.pairs += pairs;
      if (verdict === 'non-inferior') result.keep += 1;
      if (verdict === 'inferior') result.rollback += 1;
    }
  }
  return results as Record<LookMethod, VerdictCounts>;
}

/** Pairs so far at each look. The test depends on the number of pairs without a difference, not on their outcome. */
function drawLooks(shares: DiscordantShares, sizes: readonly number[], random: Random): PairedCounts[] {
  const counts = { both: 0, onlyCandidate: 0, onlyBaseline: 0, neither: 0 };
  let drawn = 0;
  return sizes.map((size) => {
    for (; drawn < size; drawn += 1) {
      const at = random();
      if (at < shares.onlyCandidate) counts.onlyCandidate += 1;
      else if (at < shares.onlyCandidate + shares.onlyBaseline) counts.onlyBaseline += 1;
      else counts.both += 1;
    }
    return { ...counts };
  });
}

/** A look at less error than this has no bound yet. */
const LEAST_LEVEL = 1e-30;

function decide(
  method: LookMethod,
  drawn: readonly PairedCounts[],
  levels: readonly number[],
  { margin, tail, n }: ResampledQuestion,
): { readonly verdict: ComparisonVerdict; readonly pairs: number } {
  for (const [at, counts] of drawn.entries()) {
    if (method === 'once' && at < drawn.length - 1) continue;
    const level = method === 'planned' ? (levels[at] as number) : tail;
    if (level < LEAST_LEVEL) continue;
    const verdict =
      method === 'naive'
        ? judgeByZ(counts, margin)
        : compareOutcomes(
            { design: 'paired', kind: 'binary', ...counts },
            { margin, tail: level, looks: { kind: method === 'anytime' ? 'anytime' : 'once' } },
          ).verdict;
    if (verdict === 'inconclusive') continue;
    return { verdict, pairs: counts.both + counts.onlyCandidate + counts.onlyBaseline };
  }
  return { verdict: 'inconclusive', pairs: n };
}

/** Quantile of the normal distribution at a one-sided error of 5 %. */
const Z = 1.6448536269514722;

/** The test that a dashboard repeats: estimate -+ z standard errors, for a one-sided error of 5 %, as if it were the only look. */
export function judgeByZ(
  { both, onlyCandidate, onlyBaseline, neither }: PairedCounts,
  margin: number,
): ComparisonVerdict {
  const n = both + onlyCandidate + onlyBaseline + neither;
  const estimate = (onlyCandidate - onlyBaseline) / n;
  const half = Z * Math.sqrt(Math.max(0, (onlyCandidate + onlyBaseline) / n - estimate ** 2) / n);
  if (half === 0) return 'inconclusive';
  if (estimate - half > -margin) return 'non-inferior';
  return estimate + half < -margin ? 'inferior' : 'inconclusive';
}
