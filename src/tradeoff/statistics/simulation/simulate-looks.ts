import { createRandom } from '../../../platform/numbers/index.ts';
import { compareOutcomes } from '../compare.ts';
import type { ComparisonVerdict, Dependence, Looks } from '../outcomes.ts';
import { computeLookLevels } from '../sequential/lan-demets.ts';
import { computeCandidateMean, createArms } from './arms.ts';
import type { Generator, OutcomeKind } from './streams.ts';

/** How often a simulated test looks. `uncorrected` repeats the test of fixed size at every look: its error rate is not `tail`. */
export type SimulatedLooks =
  | { readonly kind: 'once' }
  | { readonly kind: 'planned'; readonly count: number }
  | { readonly kind: 'anytime'; readonly count?: number; readonly tunedAt?: number }
  | { readonly kind: 'uncorrected'; readonly count: number };

/** Looks of a test that may look at any time, unless stated; fewer where a look would add less than two requests. */
const ANYTIME_LOOKS = 200;

export interface SimulationQuestion {
  readonly kind: OutcomeKind;
  /** Mean of the baseline: the success rate of `binary`, 0 to 1; the mean latency or cost. */
  readonly baseline: number;
  /** Largest loss that passes: of the success rate for `binary` (0.02 is two points), relative for latency and cost (0.05 is 5 % more). */
  readonly margin: number;
  /** True change from the baseline to the candidate, in the same unit: -0.01 is one point less, 0.03 is a latency 3 % higher. */
  readonly effect: number;
  /** Requests of each arm at the last look. */
  readonly n: number;
  readonly looks: SimulatedLooks;
  /** One-sided error of each verdict. */
  readonly tail: number;
  readonly generator?: Generator;
  /** Both versions answer the same examples, and their outcomes have this latent correlation, 0 to 1. Null: two separate arms. Default null. */
  readonly pairCorrelation?: number | null;
  readonly runs: number;
  readonly seed?: number;
}

/** A share of the runs, or a mean over them, with its standard error. */
export interface Estimated {
  readonly estimate: number;
  readonly standardError: number;
}

export interface SimulationResult {
  readonly runs: number;
  readonly looks: number;
  readonly pass: Estimated;
  readonly fail: Estimated;
  readonly inconclusive: Estimated;
  /** Requests of each arm at the first decisive look, or at the last look. */
  readonly samples: Estimated;
}

/**
 * Runs a comparison of two arms of equal size many times on made-up data, and counts the verdicts at the first decisive look: the
 * error rates, power and expected samples of a test before it is used. With dependent outcomes the variance inflation is estimated at
 * each look from the data so far, as it would be in use.
 * Errors: RangeError for a wrong question (a success rate outside 0..1, fewer requests than looks, a correlation outside 0..1).
 * Example: binary, baseline 0.9, margin 0.02, effect 0, n 5,000, 20 planned looks, tail 0.05 -> pass 0.94, at 3,000 requests.
 */
export function simulateLooks(question: SimulationQuestion): SimulationResult {
  const plan = planLooks(question);
  const counts: Record<ComparisonVerdict, number> = { 'non-inferior': 0, inferior: 0, inconclusive: 0 };
  let [sum, squares] = [0, 0];
  for (let run = 0; run < question.runs; run += 1) {
    const { verdict, n } = simulateRun(question, plan, (question.seed ?? 1) * 1_000_003 + run);
    counts[verdict] += 1;
    sum += n;
    squares += n * n;
  }
  const { runs } = question;
  const mean = sum / runs;
  const variance = runs < 2 ? Number.NaN : Math.max(0, squares - runs * mean * mean) / (runs - 1);
  return {
    runs,
    looks: plan.length,
    pass: estimateShare(counts['non-inferior'], runs),
    fail: estimateShare(counts.inferior, runs),
    inconclusive: estimateShare(counts.inconclusive, runs),
    samples: { estimate: mean, standardError: Math.sqrt(variance / runs) },
  };
}

function estimateShare(count: number, runs: number): Estimated {
  const estimate = count / runs;
  return { estimate, standardError: Math.sqrt((estimate * (1 - estimate)) / runs) };
}

/** A look: the requests of each arm, and the level and looks of its comparison. A planned look is a single test at its own level. */
interface PlannedLook {
  readonly n: number;
  readonly tail: number;
  readonly looks: Looks;
}

function planLooks(question: SimulationQuestion): PlannedLook[] {
  const { n, looks, tail } = question;
  const count = countLooks(question);
  checkQuestion(question, count);
  const sizes = Array.from({ length: count }, (_, place) => Math.round(((place + 1) * n) / count));
  if (looks.kind === 'planned') {
    const fractions = sizes.map((size) => size / n);
    const levels = computeLookLevels(fractions, tail);
    return sizes.map((size, place) => ({ n: size, tail: levels[place] as number, looks: { kind: 'once' } }));
  }
  return sizes.map((size) => ({
    n: size,
    tail,
    looks: looks.kind === 'anytime' ? toAnytime(looks) : { kind: 'once' },
  }));
}

function countLooks({ looks, n }: SimulationQuestion): number {
  if (looks.kind === 'once') return 1;
  return looks.count ?? Math.max(1, Math.min(ANYTIME_LOOKS, Math.floor(n / 2)));
}

function toAnytime({ tunedAt }: { readonly tunedAt?: number }): Looks {
  return tunedAt === undefined ? { kind: 'anytime' } : { kind: 'anytime', tunedAt };
}

function checkQuestion({ kind, baseline, margin, effect, n, runs }: SimulationQuestion, count: number): void {
  const isCount = (value: number): boolean => Number.isInteger(value) && value >= 1;
  if (!isCount(count)) throw new RangeError(`The looks must be a whole number of at least 1, not ${count}.`);
  if (!isCount(runs)) throw new RangeError(`The runs must be a whole number of at least 1, not ${runs}.`);
  if (!(isCount(n) && n >= 2 * count)) {
    throw new RangeError(`Each look needs two further requests an arm: n must be at least ${2 * count}, not ${n}.`);
  }
  if (!(margin >= 0)) throw new RangeError(`The margin must be a number of at least 0, not ${margin}.`);
  const means = [baseline, computeCandidateMean({ kind, baseline, effect })];
  if (!means.every((mean) => (kind === 'binary' ? mean >= 0 && mean <= 1 : mean > 0))) {
    const range = kind === 'binary' ? 'from 0 to 1' : 'above 0';
    throw new RangeError(`The means must lie ${range}: baseline ${means[0]}, candidate ${means[1]}.`);
  }
}

/** Levels below this cannot be reached: such a look is passed over. */
const LEAST_LEVEL = 1e-30;
const INDEPENDENT: Generator = { kind: 'gaussian', correlation: 0 };
const INDEPENDENCE: Dependence = { kind: 'independent' };

interface Decision {
  readonly verdict: ComparisonVerdict;
  /** Requests of each arm at the first decisive look, or at the last look. */
  readonly n: number;
}

function simulateRun(question: SimulationQuestion, plan: readonly PlannedLook[], seed: number): Decision {
  const { kind, margin, generator = INDEPENDENT } = question;
  const arms = createArms(question, createRandom(seed));
  const isDependent = generator.correlation > 0;
  for (const { n, tail, looks } of plan) {
    arms.extend(n);
    if (tail < LEAST_LEVEL) continue;
    const dependence = isDependent ? arms.estimateDependence() : INDEPENDENCE;
    if (dependence === null) continue;
    const { verdict } = compareOutcomes(arms.toOutcomes(), {
      margin: kind === 'binary' ? margin : 0,
      tail,
      looks,
      dependence,
    });
    if (verdict !== 'inconclusive') return { verdict, n };
  }
  return { verdict: 'inconclusive', n: question.n };
}
