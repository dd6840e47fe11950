import {
  computeBinomialCdf,
  computeBinomialProbability,
  computeChiSquareTail,
} from '../../../platform/numbers/index.ts';

/** Two-sided p-values of McNemar's test, 0 to 1. */
export interface McNemarTest {
  /** Binomial test of the discordant pairs: never above its level, conservative. */
  readonly exact: number;
  /** The exact value less the probability of the observed table: near its level with few pairs (Fagerland, Lydersen and Laake 2013). */
  readonly midP: number;
  /** (b - c)^2 / (b + c) against chi-square with one degree of freedom, without continuity correction. */
  readonly asymptotic: number;
}

/**
 * McNemar's test that both arms succeed equally often, from the discordant pairs alone: those where only the candidate succeeded
 * and those where only the baseline did. Without discordant pairs all three p-values are 1.
 *
 * @example computeMcNemarTest({ onlyCandidate: 1, onlyBaseline: 7 }) // exact 0.0703, mid-p 0.0391, asymptotic 0.0339
 */
export function computeMcNemarTest(pairs: {
  readonly onlyCandidate: number;
  readonly onlyBaseline: number;
}): McNemarTest {
  const { onlyCandidate, onlyBaseline } = pairs;
  const discordant = onlyCandidate + onlyBaseline;
  if (discordant === 0) return { exact: 1, midP: 1, asymptotic: 1 };
  const asymptotic = computeChiSquareTail((onlyCandidate - onlyBaseline) ** 2 / discordant, 1);
  const fewer = Math.min(onlyCandidate, onlyBaseline);
  if (onlyCandidate === onlyBaseline) return { exact: 1, midP: 1, asymptotic };
  const exact = 2 * computeBinomialCdf(fewer, discordant, 0.5);
  const midP = exact - computeBinomialProbability(fewer, discordant, 0.5);
  return { exact: Math.min(1, exact), midP: Math.min(1, midP), asymptotic };
}
