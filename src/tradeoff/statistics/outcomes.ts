/** An interval of a difference or a share; an unbounded end is -Infinity or Infinity. */
export interface Interval {
  readonly lower: number;
  readonly upper: number;
}

/** Successes of one arm. */
export interface Successes {
  readonly successes: number;
  readonly n: number;
}

/** Pairs of 0/1 outcomes of two arms on the same examples. */
export interface PairedCounts {
  readonly both: number;
  readonly onlyCandidate: number;
  readonly onlyBaseline: number;
  readonly neither: number;
}

/**
 * Sufficient statistics or values of a comparison, larger is better: a caller negates a metric where lower is better.
 * `differences` is candidate - baseline by example.
 */
export type Outcomes =
  | ({ readonly design: 'paired'; readonly kind: 'binary' } & PairedCounts)
  | { readonly design: 'paired'; readonly kind: 'mean'; readonly differences: Float64Array }
  | {
      readonly design: 'unpaired';
      readonly kind: 'binary';
      readonly candidate: Successes;
      readonly baseline: Successes;
    }
  | {
      readonly design: 'unpaired';
      readonly kind: 'mean';
      readonly candidate: Float64Array;
      readonly baseline: Float64Array;
    };

/**
 * How often the data are looked at. `planned`: look `look` of `count`; `fraction` = information so far / information at the last
 * look, 0 < fraction <= 1, and `previousFractions` those of the looks before. `anytime`: `tunedAt` is the n (both arms) at which
 * the sequence is tightest, 5000 unless stated.
 */
export type Looks =
  | { readonly kind: 'once' }
  | {
      readonly kind: 'planned';
      readonly count: number;
      readonly look: number;
      readonly fraction: number;
      readonly previousFractions: readonly number[];
    }
  | { readonly kind: 'anytime'; readonly tunedAt?: number };

/** Whether observations are independent; `inflation` >= 1 is the factor by which dependence raises the variance of a mean. */
export type Dependence =
  | { readonly kind: 'independent' }
  | { readonly kind: 'autocorrelated'; readonly inflation: number };

/** `margin` >= 0 in the unit of the outcome; `tail` is the one-sided error of each side, so the interval has level 1 - 2 tail. */
export interface ComparisonQuestion {
  readonly margin: number;
  readonly tail: number;
  readonly looks: Looks;
  readonly dependence?: Dependence;
}

export type ComparisonVerdict = 'non-inferior' | 'inferior' | 'inconclusive';

/** The answer of `compareOutcomes`; the difference is candidate - baseline. */
export interface Comparison {
  /** Paired: examples; unpaired: observations of the smaller arm. */
  readonly n: number;
  /** NaN without observations, or where an observation is not a finite number. */
  readonly estimate: number;
  readonly lower: number;
  readonly upper: number;
  readonly tail: number;
  /** The name of the test or interval, as a report prints it. */
  readonly test: string;
  readonly verdict: ComparisonVerdict;
  /** Further samples (pairs, or per arm) for 80 % power at the present estimate; 0 when decided; null: never at this estimate, or unknown. */
  readonly samplesNeeded: number | null;
  /** Reason why there is no interval from these data; null where there is one. */
  readonly reason: string | null;
}

/** An interval with its estimate and the name of its method. */
export interface NamedInterval extends Interval {
  readonly test: string;
}
