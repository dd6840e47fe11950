import type { ChangeDetector } from './e-detector.ts';

/** Observations of a batch: its mean has the dependence of neighbours in its variance, and lighter tails. */
const BATCH = 10;
/** Batches that set the scale before the first test. */
const LEARNED_BATCHES = 20;
/** Batches over which the scale is averaged, with exponential weights, so that it follows the traffic. */
const REMEMBERED_BATCHES = 100;
/** Largest ratio of the variance of a batch mean to its average so far at which the run length holds. */
const VARIANCE_RATIO = 2;
/** Losses beyond this many standard deviations of a batch mean count as this many: one outlier raises no alarm. */
const LARGEST_LOSS = 3;
/** Bets in standard deviations of a batch mean, each half of the one before: small losses need small bets. */
const BETS: readonly number[] = Array.from({ length: 8 }, (_, place) => 2 ** -place);
const STATE_SIZE = BETS.length + 5;

export interface MeanDetectorQuestion {
  /** Largest loss that is still non-inferior, at least 0, in the unit of the outcome. */
  readonly margin: number;
  /** Average number of observations to a false alarm, at least: 1 / alpha. */
  readonly averageRunLength: number;
  /** State of a detector that is continued; left out: a new one. */
  readonly begun?: readonly number[];
}

export interface MeanChangeDetector extends ChangeDetector {
  /** Further observations that only set the scale; 0 once losses are tested. */
  readonly scaleNeeds: () => number;
}

/**
 * Detects that a candidate which was non-inferior no longer is, for differences without bounds (errors, costs): a Shiryaev-Roberts e-detector
 * on the means of batches of 10. With z = (-margin - batch mean) / s, at most 3, the e-value of a batch for the bet b is
 * f(b z) / (1 + b^2), where f(x) = 1 + x + x^2 / 2 for x >= 0 and 1 / f(-x) below (Catoni 2012; Wang and Ramdas 2023, "Catoni-style
 * confidence sequences for heavy-tailed mean estimation"). f is monotone and at most 1 + x + x^2 / 2, so that the e-value is at most 1 on average
 * when the mean is at least -margin and the variance of a batch mean is at most 2 s^2: no further moment is needed. M = e (M + 10) is averaged over eight
 * bets, and the alarm is raised at `averageRunLength`.
 *
 * s^2 is the variance of the batch means so far, exponentially weighted over 100 batches; the first 200 observations only set it. **Assumption:** the
 * variance stays below twice that average. It has the dependence of neighbours in it, and it follows traffic that changes; because it is an estimate, the run length is
 * verified by simulation. Where all batches were equal, s is unknown and nothing is tested.
 * Errors: RangeError for a margin, run length or state outside their ranges, or a difference that is not finite.
 * Example: `createMeanChangeDetector({ margin: 0.5, averageRunLength: 1e5 })`.
 */
export function createMeanChangeDetector({
  margin,
  averageRunLength,
  begun = [],
}: MeanDetectorQuestion): MeanChangeDetector {
  if (!(margin >= 0 && margin < Number.POSITIVE_INFINITY))
    throw new RangeError(`margin must be at least 0 and finite, not ${margin}`);
  if (!(averageRunLength >= 1)) throw new RangeError(`averageRunLength must be at least 1, not ${averageRunLength}`);
  if (begun.length !== 0 && begun.length !== STATE_SIZE)
    throw new RangeError(`a state has ${STATE_SIZE} numbers, not ${begun.length}`);
  const statistics = Float64Array.from(BETS, (_, place) => begun[place] ?? 0);
  let [batches = 0, mean = 0, variance = 0, count = 0, sum = 0] = begun.slice(BETS.length);
  const average = () => statistics.reduce((total, one) => total + one, 0) / BETS.length;
  let evidence = average();
  let isAlarm = evidence >= averageRunLength;

  const test = (batchMean: number) => {
    if (batches < LEARNED_BATCHES || variance === 0) return;
    const loss = Math.min(LARGEST_LOSS, (-margin - batchMean) / Math.sqrt(variance));
    for (const [place, bet] of BETS.entries()) {
      const evalue = computeInfluence(bet * loss) / (1 + (VARIANCE_RATIO * bet * bet) / 2);
      statistics[place] = evalue * ((statistics[place] ?? 0) + BATCH);
    }
    evidence = average();
    isAlarm = evidence >= averageRunLength;
  };
  const learn = (batchMean: number) => {
    batches += 1;
    const weight = Math.max(1 / batches, 1 / REMEMBERED_BATCHES);
    const away = batchMean - mean;
    mean += weight * away;
    variance = (1 - weight) * (variance + weight * away * away);
  };
  return {
    add: (difference) => {
      if (!Number.isFinite(difference)) throw new RangeError(`A difference must be a finite number, not ${difference}`);
      if (isAlarm) return true;
      count += 1;
      sum += difference;
      if (count < BATCH) return false;
      const batchMean = sum / count;
      [count, sum] = [0, 0];
      test(batchMean);
      learn(batchMean);
      return isAlarm;
    },
    isAlarm: () => isAlarm,
    evidence: () => evidence,
    scaleNeeds: () => Math.max(0, BATCH * (LEARNED_BATCHES - batches) - count),
    state: () => [...statistics, batches, mean, variance, count, sum],
  };
}

/** exp of Catoni's narrowest influence function. Example: 1 -> 2.5, -1 -> 0.4. */
function computeInfluence(x: number): number {
  return x >= 0 ? 1 + x + (x * x) / 2 : 1 / (1 - x + (x * x) / 2);
}
