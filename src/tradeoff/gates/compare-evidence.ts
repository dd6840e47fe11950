import { computeNormalQuantile } from '../../platform/numbers/index.ts';
import type { OutcomeEvidence, PairedEvidence } from '../evidence/schema.ts';
import {
  type Comparison,
  compareOutcomes,
  computeWilsonInterval,
  type Interval,
  type Looks,
  type Outcomes,
} from '../statistics/index.ts';
import type { TrafficEvidence } from './traffic-evidence.ts';

/** Number, mean and sample variance of values. */
interface SampleMoments {
  readonly n: number;
  readonly mean: number;
  readonly variance: number | null;
}

/** Values of one version. */
export type MeanEvidence = Pick<OutcomeEvidence, 'rows' | 'mean' | 'variance' | 'kind' | 'inflation'>;

/** A test in the orientation "larger is better": passes when the lower end is above the threshold. */
export interface TestQuestion {
  /** 1 where a higher metric is better, -1 where a lower one is. */
  readonly sign: 1 | -1;
  /** In the orientation "larger is better": -margin, or the gain that is required. */
  readonly threshold: number;
  readonly tail: number;
  readonly looks: Looks;
}

/** Tests the difference of candidate and champion on the same examples. */
export function testDifference({ paired }: PairedEvidence, question: TestQuestion): Comparison {
  const { counts, difference, pairs, clusters } = paired;
  const moments = { n: pairs, mean: question.sign * difference.mean, variance: difference.variance };
  return testOutcomes(toPairedOutcomes(counts, moments, question.sign), moments, question, clusters?.inflation ?? 1);
}

/**
 * Tests the difference of two versions in traffic, which answered different predictions. The larger inflation of both is that of the
 * comparison.
 */
export function testTraffic({ kind, candidate, champion }: TrafficEvidence, question: TestQuestion): Comparison | null {
  if (champion === null) return null;
  const { sign } = question;
  const moments = {
    n: Math.min(candidate.n, champion.n),
    mean: sign * (candidate.mean - champion.mean),
    variance: candidate.variance === null || champion.variance === null ? null : candidate.variance + champion.variance,
  };
  const toCounts = ({ n, mean }: { readonly n: number; readonly mean: number }) => {
    const successes = Math.round(mean * n);
    return { successes: sign === 1 ? successes : n - successes, n };
  };
  const toValues = ({ n, mean, variance }: SampleMoments) => buildValues({ n, mean: sign * mean, variance });
  const outcomes: Outcomes =
    kind === 'binary'
      ? { design: 'unpaired', kind, candidate: toCounts(candidate), baseline: toCounts(champion) }
      : { design: 'unpaired', kind: 'mean', candidate: toValues(candidate), baseline: toValues(champion) };
  return testOutcomes(outcomes, moments, question, Math.max(candidate.inflation, champion.inflation));
}

/**
 * Tests a mean of the candidate alone: a share at one look by Wilson's score interval, else as a comparison with a baseline that is
 * 0 on every example.
 */
export function testMean(evidence: MeanEvidence, question: TestQuestion): Comparison {
  const { rows: n, mean, variance, kind, inflation } = evidence;
  const successes = Math.round(mean * n);
  const counts =
    kind === 'binary' ? { both: 0, onlyCandidate: successes, onlyBaseline: 0, neither: n - successes } : null;
  const moments = { n, mean: question.sign * mean, variance };
  const compared = testOutcomes(toPairedOutcomes(counts, moments, question.sign), moments, question, inflation ?? 1);
  // The baseline of zeros is no pair.
  if (compared.test === PAIRED_TEST) return { ...compared, test: 't interval' };
  if (kind !== 'binary' || question.looks.kind !== 'once' || compared.reason !== null) return compared;
  const { lower, upper } = computeShareInterval(successes, n, question.tail, inflation ?? 1);
  const ends = question.sign === 1 ? { lower, upper } : { lower: -upper, upper: -lower };
  return decide({ ...compared, ...ends, test: SHARE_TEST }, moments, question, inflation ?? 1);
}

const PAIRED_TEST = 'paired t interval';
export const SHARE_TEST = 'Wilson score interval';

/** Wilson's interval of a share of events, level 1 - 2 tail; `inflation` divides the number of observations. */
export function computeShareInterval(events: number, n: number, tail: number, inflation = 1): Interval {
  return computeWilsonInterval({ successes: events / inflation, n: n / inflation }, tail);
}

/**
 * Tests candidate >= (1 - share) champion where higher is better, candidate <= (1 + share) champion where lower is: the mean of
 * candidate - (1 -+ share) champion over the pairs is tested against 0 (Fieller's linear form, so no ratio is divided).
 * null where the mean of the champion does not differ from 0 at this error: a share of it is then no margin.
 */
export function testRelativeDifference(
  { paired }: PairedEvidence,
  share: number,
  question: Omit<TestQuestion, 'threshold'>,
): Comparison | null {
  const { candidate, baseline, difference, pairs, clusters } = paired;
  const inflation = clusters?.inflation ?? 1;
  const [ofBaseline, ofCandidate, ofDifference] = [baseline, candidate, difference].map((one) => one.variance ?? 0) as [
    number,
    number,
    number,
  ];
  const level = testOutcomes(
    toPairedOutcomes(null, { n: pairs, ...baseline }, 1),
    { n: pairs, ...baseline },
    { ...question, threshold: 0 },
    inflation,
  );
  if (!(level.lower > 0 || level.upper < 0)) return null;
  const factor = 1 - question.sign * share * Math.sign(baseline.mean);
  const covariance = (ofCandidate + ofBaseline - ofDifference) / 2;
  const moments = {
    n: pairs,
    mean: question.sign * (candidate.mean - factor * baseline.mean),
    variance: Math.max(0, ofCandidate + factor * factor * ofBaseline - 2 * factor * covariance),
  };
  return testOutcomes(toPairedOutcomes(null, moments, 1), moments, { ...question, threshold: 0 }, inflation);
}

function testOutcomes(
  outcomes: Outcomes,
  moments: SampleMoments,
  { threshold, tail, looks }: TestQuestion,
  inflation: number,
): Comparison {
  const dependence = inflation > 1 ? ({ kind: 'autocorrelated', inflation } as const) : undefined;
  const margin = Math.max(0, -threshold);
  const compared = compareOutcomes(outcomes, {
    margin,
    tail,
    looks,
    ...(dependence === undefined ? {} : { dependence }),
  });
  if (threshold <= 0 || compared.reason !== null) return compared;
  return decide(compared, moments, { threshold, tail }, inflation);
}

/** The verdict of an interval at a threshold, with the samples that are missing. */
function decide(
  compared: Comparison,
  moments: SampleMoments,
  { threshold, tail }: Pick<TestQuestion, 'threshold' | 'tail'>,
  inflation: number,
): Comparison {
  const verdict =
    compared.lower > threshold ? 'non-inferior' : compared.upper < threshold ? 'inferior' : 'inconclusive';
  const samplesNeeded = verdict === 'inconclusive' ? planSamples(moments, threshold, tail, inflation) : 0;
  return { ...compared, verdict, samplesNeeded };
}

/** Further samples for a power of 80 %: ((z_tail + z_power) s / (mean - threshold))^2 less those at hand; null at or below the threshold. */
function planSamples(
  { n, mean, variance }: SampleMoments,
  threshold: number,
  tail: number,
  inflation: number,
): number | null {
  const distance = mean - threshold;
  if (distance <= 0 || variance === null) return null;
  const quantiles = computeNormalQuantile(1 - tail) + computeNormalQuantile(0.8);
  return Math.max(1, Math.ceil((inflation * variance * quantiles ** 2) / distance ** 2) - n);
}

function toPairedOutcomes(counts: PairedEvidence['paired']['counts'], moments: SampleMoments, sign: 1 | -1): Outcomes {
  if (counts === null) return { design: 'paired', kind: 'mean', differences: buildValues(moments) };
  const { onlyCandidate, onlyBaseline, ...equal } = counts;
  const oriented =
    sign === 1 ? { onlyCandidate, onlyBaseline } : { onlyCandidate: onlyBaseline, onlyBaseline: onlyCandidate };
  return { design: 'paired', kind: 'binary', ...equal, ...oriented };
}

/**
 * Values with this number, mean and variance. Evidence keeps moments, `compareOutcomes` takes values, and its intervals of a mean
 * depend on the moments alone.
 */
function buildValues({ n, mean, variance }: SampleMoments): Float64Array {
  const values = new Float64Array(n).fill(mean);
  const even = n - (n % 2);
  if (variance === null || even === 0) return values;
  const away = Math.sqrt((variance * (n - 1)) / even);
  for (let at = 0; at < even; at += 1) values[at] = mean + (at % 2 === 0 ? away : -away);
  return values;
}
