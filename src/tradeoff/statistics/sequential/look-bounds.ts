import { computeNormalTail } from '../../../platform/numbers/index.ts';
import type { ComparisonQuestion, Interval, Looks, NamedInterval, Outcomes, PairedCounts } from '../outcomes.ts';
import { computeSequenceMultiplier, DEFAULT_TUNED_AT } from './asymptotic-sequence.ts';
import { computeLookLevels } from './lan-demets.ts';
import { computePairedBettingInterval, computePairedBettingLevel } from './paired-betting.ts';

/** Input of the bounds of a look: the question, the data, and the fixed-sample interval of any one-sided error. */
export interface LookInput {
  readonly outcomes: Outcomes;
  readonly question: ComparisonQuestion;
  readonly looks: Exclude<Looks, { kind: 'once' }>;
  /** Effective observations: pairs, or of both arms together, divided by the inflation of the dependence. */
  readonly n: number;
  readonly estimate: number;
  readonly computeFixedInterval: (tail: number) => NamedInterval;
}

/** The interval at this look, and the one-sided error from which samples needed are planned (`planningTail`). */
export interface LookBounds extends NamedInterval {
  readonly planningTail: number;
}

/** Below this one-sided level the fixed-sample interval is not computed: no data of a real test reach it. */
const LEAST_LEVEL = 1e-30;

/**
 * Bounds at one of several looks at growing data, valid over all of them. `planned`: the fixed-sample interval at the level beyond the
 * Lan-DeMets bound of the look. `anytime`: for paired 0/1 outcomes the betting confidence sequence, which is exact and narrow at each n;
 * where they depend on each other, `tunedAt` is stated, or the outcomes are others, the fixed-sample interval at the level beyond the
 * bound of GrowthBook's asymptotic confidence sequence. So each look keeps the small-sample behaviour (score interval, Student's t) of
 * its method.
 *
 * @throws RangeError for a look outside 1..count, or fractions that do not rise to at most 1.
 */
export function computeLookBounds(input: LookInput): LookBounds {
  const { outcomes, question, looks, computeFixedInterval } = input;
  const { tail } = question;
  if (looks.kind === 'planned') {
    const test = `Lan-DeMets bound (O'Brien-Fleming), look ${looks.look} of ${looks.count}`;
    const interval = computeIntervalAt(computeLookLevel(looks, tail), outcomes, computeFixedInterval);
    return { ...interval, test, planningTail: tail };
  }
  const { dependence } = question;
  const isIndependent = dependence?.kind !== 'autocorrelated' || dependence.inflation === 1;
  return outcomes.design === 'paired' && outcomes.kind === 'binary' && isIndependent && looks.tunedAt === undefined
    ? boundByBetting(outcomes, tail)
    : boundBySequence(input, looks.tunedAt ?? DEFAULT_TUNED_AT);
}

function boundByBetting(counts: PairedCounts, tail: number): LookBounds {
  const test = 'betting confidence sequence';
  return { ...computePairedBettingInterval(counts, tail), test, planningTail: computePairedBettingLevel(tail) };
}

function boundBySequence(
  { outcomes, question: { tail }, n, computeFixedInterval }: LookInput,
  tunedAt: number,
): LookBounds {
  const observations = outcomes.design === 'paired' ? 2 * n : n;
  const level = computeNormalTail(computeSequenceMultiplier(observations, { tail, tunedAt }));
  const planned = computeNormalTail(computeSequenceMultiplier(Math.max(observations, tunedAt), { tail, tunedAt }));
  const test = 'asymptotic confidence sequence';
  return { ...computeIntervalAt(level, outcomes, computeFixedInterval), test, planningTail: planned };
}

function computeLookLevel(looks: Extract<Looks, { kind: 'planned' }>, tail: number): number {
  const { look, count, fraction, previousFractions } = looks;
  if (!(Number.isInteger(count) && Number.isInteger(look) && look >= 1 && look <= count)) {
    throw new RangeError(`A planned look is one of 1 to ${count}, not ${look}.`);
  }
  return computeLookLevels([...previousFractions, fraction], tail).at(-1) as number;
}

function computeIntervalAt(
  level: number,
  outcomes: Outcomes,
  computeFixedInterval: (tail: number) => Interval,
): Interval {
  const range = outcomes.kind === 'binary' ? 1 : Number.POSITIVE_INFINITY;
  if (level < LEAST_LEVEL) return { lower: -range, upper: range };
  const { lower, upper } = computeFixedInterval(level);
  return { lower, upper };
}
