import {
  computeNormalCdf,
  computeNormalQuantile,
  computeQuantile,
  createRandom,
  type Random,
} from '../../../platform/numbers/index.ts';
import { computeMoments } from '../moments.ts';
import type { NamedInterval } from '../outcomes.ts';
import { computePairedMeanInterval } from './paired-mean.ts';

/** At most this many values are drawn for one interval: some 0.3 s. */
const MOST_DRAWS = 2e7;
const MOST_RESAMPLES = 10_000;
/** Fewer resamples leave too few beyond the ends of a 95 % interval. */
const LEAST_RESAMPLES = 1000;

/**
 * Efron's bias-corrected and accelerated bootstrap interval of the mean of paired differences, level 1 - 2 tail: for skewed
 * differences, where Student's interval is shifted. The acceleration is that of the jackknife. The number of resamples falls with n so
 * that at most 2e7 values are drawn; where fewer than 1,000 resamples would be left (n > 20,000), and for a constant or too small
 * sample, it is Student's interval, and `test` says so. The seed determines the result. Source: Efron, JASA 82 (1987), 171-185.
 */
export function computeBcaInterval(differences: Float64Array, tail: number, seed = 1): NamedInterval {
  const moments = computeMoments(differences);
  const resamples = Math.min(MOST_RESAMPLES, Math.floor(MOST_DRAWS / Math.max(1, moments.n)));
  if (resamples < LEAST_RESAMPLES || !(moments.variance > 0 && moments.variance < Number.POSITIVE_INFINITY)) {
    return { ...computePairedMeanInterval(moments, tail), test: 'paired t interval' };
  }
  const means = drawMeans(differences, resamples, createRandom(seed)).sort();
  const bias = computeNormalQuantile(computeShareBelow(means, moments.mean));
  const acceleration = computeAcceleration(differences, moments.mean);
  const readEnd = (z: number): number => {
    const away = bias + z;
    return computeQuantile(means, computeNormalCdf(bias + away / (1 - acceleration * away))) ?? Number.NaN;
  };
  const z = computeNormalQuantile(tail);
  return { lower: readEnd(z), upper: readEnd(-z), test: 'BCa bootstrap interval' };
}

function drawMeans(values: Float64Array, resamples: number, random: Random): Float64Array {
  const n = values.length;
  return Float64Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let i = 0; i < n; i += 1) sum += values[Math.floor(random() * n)] as number;
    return sum / n;
  });
}

/** Share of the resampled means below the observed one, a tie counted half; kept off 0 and 1. */
function computeShareBelow(means: Float64Array, mean: number): number {
  let count = 0;
  for (const value of means) count += value < mean ? 1 : value === mean ? 0.5 : 0;
  return Math.min(Math.max(count, 0.5), means.length - 0.5) / means.length;
}

/** The jackknife's acceleration of a mean: a sixth of the skewness over the root of n. */
function computeAcceleration(values: Float64Array, mean: number): number {
  let [squares, cubes] = [0, 0];
  for (const value of values) {
    const away = value - mean;
    squares += away * away;
    cubes += away * away * away;
  }
  return cubes / (6 * squares ** 1.5);
}
