import { type Comparison, type ComparisonQuestion, compareOutcomes, type Outcomes } from '../../statistics/index.ts';
import type { ArmCluster, ArmOutcomes, Direction, Margin, PairedCluster } from './outcomes.ts';

export interface ArmQuestion extends Pick<ComparisonQuestion, 'tail' | 'looks'> {
  readonly margin: Margin;
  /** Whether a larger value of the metric is better. */
  readonly better: Direction;
  /** Scores lie in 0 to `range`; null: they have no bounds. */
  readonly range: number | null;
}

/** Weights of the arms in the tested difference, and the margin that remains. */
interface Contrast {
  readonly candidate: number;
  readonly baseline: number;
  readonly margin: number;
}

/**
 * Compares the means of two arms with clustered values; larger is better in the result. The tested difference is candidate - baseline
 * against -margin; with a relative margin d it is candidate - (1 - d) baseline against 0 (for a metric that is better when lower:
 * (1 + d) baseline - candidate), which is linear and needs no ratio. Means are sums over sizes, with the variance between clusters (delta
 * method: each cluster counts with mean + (sum - mean n) / average n). Single pairs of 0/1 scores are tested by their counts, which is exact.
 *
 * Where fewer than 30 clusters differ between the arms, a rare loss may not have been seen: 59 equal pairs out of 59 leave one in 5 % of the pairs
 * possible. The ends of a bounded metric are then those with one more cluster at the other bound, as an exact interval of a share has it.
 *
 * @example compareArms({ design: 'pairs', clusters }, { margin: { scale: 'relative', value: 0.05 }, better: 'higher', range: 1, tail: 0.05, looks: { kind: 'anytime' } })
 */
export function compareArms(outcomes: ArmOutcomes, { margin, better, range, tail, looks }: ArmQuestion): Comparison {
  const contrast = chooseContrast(margin, better);
  const question = { margin: contrast.margin, tail, looks };
  const compare = (extra: number | null) => compareOutcomes(toTested(outcomes, contrast, extra), question);
  const plain = compare(null);
  const isExact = margin.scale === 'absolute' && isBinary(outcomes);
  if (range === null || plain.reason !== null || isExact || !isRarelyDifferent(outcomes)) return plain;
  const [worst, best] = [compare(-range), compare(range)];
  const [lower, upper] = [Math.min(plain.lower, worst.lower), Math.max(plain.upper, best.upper)];
  const isProven = worst.verdict === 'non-inferior' && plain.verdict === 'non-inferior';
  const isHarm = best.verdict === 'inferior' && plain.verdict === 'inferior';
  const verdict = isProven ? 'non-inferior' : isHarm ? 'inferior' : 'inconclusive';
  const samplesNeeded = verdict === 'inconclusive' ? worst.samplesNeeded : 0;
  return { ...plain, lower, upper, verdict, samplesNeeded };
}

/** Clusters that differ, from which on the normal approximation is taken to hold. */
const LEAST_DIFFERENT = 30;

function isRarelyDifferent(outcomes: ArmOutcomes): boolean {
  if (outcomes.design === 'arms') return false;
  return outcomes.clusters.filter(({ baseline, candidate }) => baseline !== candidate).length < LEAST_DIFFERENT;
}

function chooseContrast(margin: Margin, better: Direction): Contrast {
  if (margin.scale === 'absolute') {
    const sign = better === 'higher' ? 1 : -1;
    return { candidate: sign, baseline: sign, margin: margin.value };
  }
  return better === 'higher'
    ? { candidate: 1, baseline: 1 - margin.value, margin: 0 }
    : { candidate: -1, baseline: -(1 + margin.value), margin: 0 };
}

/** `extra`: one more difference of pairs, at a bound. */
function toTested(outcomes: ArmOutcomes, contrast: Contrast, extra: number | null): Outcomes {
  if (outcomes.design === 'arms') {
    const candidate = linearizeMean(outcomes.candidate, contrast.candidate);
    return {
      design: 'unpaired',
      kind: 'mean',
      candidate,
      baseline: linearizeMean(outcomes.baseline, contrast.baseline),
    };
  }
  const { clusters } = outcomes;
  if (contrast.candidate === 1 && contrast.baseline === 1 && clusters.every(isBinaryPair)) return countPairs(clusters);
  const differences = linearizePairs(clusters, contrast);
  return { design: 'paired', kind: 'mean', differences: extra === null ? differences : append(differences, extra) };
}

function isBinary(outcomes: ArmOutcomes): boolean {
  return outcomes.design === 'pairs' && outcomes.clusters.every(isBinaryPair);
}

function isBinaryPair({ n, baseline, candidate }: PairedCluster): boolean {
  return n === 1 && (baseline === 0 || baseline === 1) && (candidate === 0 || candidate === 1);
}

function countPairs(clusters: readonly PairedCluster[]): Outcomes {
  const counts = { both: 0, onlyCandidate: 0, onlyBaseline: 0, neither: 0 };
  for (const { baseline, candidate } of clusters) {
    if (candidate === 1) counts[baseline === 1 ? 'both' : 'onlyCandidate'] += 1;
    else counts[baseline === 1 ? 'onlyBaseline' : 'neither'] += 1;
  }
  return { design: 'paired', kind: 'binary', ...counts };
}

function linearizePairs(clusters: readonly PairedCluster[], { candidate, baseline }: Contrast): Float64Array {
  const arm = clusters.map((one) => ({ n: one.n, sum: candidate * one.candidate - baseline * one.baseline }));
  return linearizeMean(arm, 1);
}

/** One value for each cluster, whose mean is weight x sum of the values / number of values, and whose variance is that of this ratio. */
function linearizeMean(clusters: readonly ArmCluster[], weight: number): Float64Array {
  let [size, sum] = [0, 0];
  for (const cluster of clusters) {
    size += cluster.n;
    sum += weight * cluster.sum;
  }
  const mean = sum / size;
  const average = size / clusters.length;
  return Float64Array.from(clusters, (cluster) => mean + (weight * cluster.sum - mean * cluster.n) / average);
}

function append(values: Float64Array, extra: number): Float64Array {
  const longer = new Float64Array(values.length + 1);
  longer.set(values);
  longer[values.length] = extra;
  return longer;
}
