/** Bets as shares of the largest admissible one, each half of the one before: small losses need small bets. */
const BETS = 8;

export interface DetectorQuestion {
  /** Largest loss that is still non-inferior, 0 <= margin < 1, in the unit of the outcome. */
  readonly margin: number;
  /** Average number of observations to a false alarm, at least: 1 / alpha. */
  readonly averageRunLength: number;
  readonly kind?: 'cusum' | 'shiryaev-roberts';
  /** Bound of the differences: candidate - baseline lies in -range..range. Default 1, of outcomes in 0..1. */
  readonly range?: number;
  /** State of a detector that is continued; left out: a new one. */
  readonly begun?: readonly number[];
}

export interface ChangeDetector {
  /** Adds a difference candidate - baseline, larger is better. O(1). Returns whether the alarm is raised; it remains raised. */
  readonly add: (difference: number) => boolean;
  readonly isAlarm: () => boolean;
  /** Evidence against "still non-inferior": the alarm is raised at `averageRunLength`. */
  readonly evidence: () => number;
  /** State with which `begun` continues it. */
  readonly state: () => number[];
}

/**
 * Detects that a candidate which was non-inferior no longer is: an e-detector of the mean difference being at least -margin (Shin,
 * Ramdas and Rinaldo 2022, "E-detectors: a nonparametric framework for sequential change detection"). For each of eight bets b the
 * e-value of one observation is 1 + b (-margin - difference); their CUSUM, M = e max(M, 1), or Shiryaev-Roberts statistics,
 * M = e (M + 1), are averaged, and the alarm is raised when the average reaches `averageRunLength`. Whatever the law of the
 * differences, the mean time to a false alarm is at least that while the conditional mean is at least -margin. Unlike a confidence
 * sequence from the start, a late loss is not diluted by earlier good data.
 * The default is Shiryaev-Roberts, which is never later than CUSUM here.
 * Errors: RangeError for a margin, range or run length outside their ranges, or a difference beyond the range.
 * Example: `createChangeDetector({ margin: 0.02, averageRunLength: 1e5 })`.
 */
export function createChangeDetector({
  margin,
  averageRunLength,
  kind = 'shiryaev-roberts',
  range = 1,
  begun = [],
}: DetectorQuestion): ChangeDetector {
  if (!(range > 0 && range < Number.POSITIVE_INFINITY)) throw new RangeError(`range must be positive, not ${range}`);
  if (!(margin >= 0 && margin < range)) throw new RangeError(`margin must lie between 0 and ${range}, not ${margin}`);
  if (!(averageRunLength >= 1)) throw new RangeError(`averageRunLength must be at least 1, not ${averageRunLength}`);
  const bets = Float64Array.from({ length: BETS }, (_, place) => 2 ** -place / (range + margin));
  if (begun.length !== 0 && begun.length !== BETS)
    throw new RangeError(`a state has ${BETS} numbers, not ${begun.length}`);
  const statistics = begun.length === 0 ? new Float64Array(BETS) : Float64Array.from(begun);
  const isCusum = kind === 'cusum';
  let evidence = statistics.reduce((sum, one) => sum + one, 0) / BETS;
  let isAlarm = evidence >= averageRunLength;
  return {
    add: (difference) => {
      if (!(Math.abs(difference) <= range)) throw new RangeError(`${difference} lies outside -${range} to ${range}`);
      if (isAlarm) return true;
      const loss = -margin - difference;
      let sum = 0;
      for (let place = 0; place < BETS; place += 1) {
        const before = statistics[place] as number;
        const after = (1 + (bets[place] as number) * loss) * (isCusum ? Math.max(before, 1) : before + 1);
        statistics[place] = after;
        sum += after;
      }
      evidence = sum / BETS;
      isAlarm = evidence >= averageRunLength;
      return isAlarm;
    },
    isAlarm: () => isAlarm,
    evidence: () => evidence,
    state: () => [...statistics],
  };
}

/** Forms differences of unpaired arms, for a detector that needs pairs. */
export interface HoldoutPairing {
  /** Adds an outcome of one arm; a difference candidate - baseline when one is complete, else null. O(1). */
  readonly add: (arm: 'candidate' | 'baseline', outcome: number) => number | null;
}

/**
 * Pairs a hold-out with the traffic around it: the mean of the candidate's outcomes since the last difference less the mean of the
 * baseline's, complete as soon as both arms have one. Each outcome is used once, so the differences stay independent; with a small
 * hold-out the candidate's part of the variance almost vanishes.
 */
export function createHoldoutPairing(): HoldoutPairing {
  const sums = { candidate: 0, baseline: 0 };
  const counts = { candidate: 0, baseline: 0 };
  return {
    add: (arm, outcome) => {
      sums[arm] += outcome;
      counts[arm] += 1;
      if (counts.candidate === 0 || counts.baseline === 0) return null;
      const difference = sums.candidate / counts.candidate - sums.baseline / counts.baseline;
      for (const one of ['candidate', 'baseline'] as const) {
        sums[one] = 0;
        counts[one] = 0;
      }
      return difference;
    },
  };
}
