import { type Comparison, type ComparisonQuestion, compareOutcomes, type Outcomes } from '../../statistics/index.ts';
import type { ArmCluster, ArmOutcomes, Direction, Margin, PairedCluster } from './outcomes.ts';

export interface ArmQuestion extends Pick<ComparisonQuestion, 'tail' | 'looks'> {
  readonly margin: Margin;
  /** Whether a larger value of the metric is better. */
  readonly better: Direction;
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
 * @example compareArms({ design: 'pairs', clusters }, { margin: { scale: 'relative', value: 0.05 }, better: 'higher', tail: 0.05, looks: { kind: 'anytime' } })
 */
export function compareArms(outcomes: ArmOutcomes, { margin, better, tail, looks }: ArmQuestion): Comparison {
  const contrast = chooseContrast(margin, better);
  return compareOutcomes(toTested(outcomes, contrast), { margin: contrast.margin, tail, looks });
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

function toTested(outcomes: ArmOutcomes, contrast: Contrast): Outcomes {
  if (outcomes.design === 'arms') {
    const candidate = linearizeMean(outcomes.candidate, contrast.candidate);
    return { design: 'unpaired', kind: 'mean', candidate, baseline: linearizeMean(outcomes.baseline, contrast.baseline) };
  }
  const { clusters } = outcomes;
  if (contrast.candidate === 1 && contrast.baseline === 1 && clusters.every(isBinaryPair)) return countPairs(clusters);
  return { design: 'paired', kind: 'mean', differences: linearizePairs(clusters, contrast) };
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
