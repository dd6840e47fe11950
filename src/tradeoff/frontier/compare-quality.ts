import type { PairedOutcomes } from '../../mlops/evaluations/schema.ts';
import { testDifference, testMean } from '../gates/index.ts';
import type { Comparison } from '../statistics/index.ts';
import type { EstimatedQuality, QualityDifference } from './figures/schema.ts';
import type { QualityAxis } from './schema.ts';

/** Mean of the axis' outcome in the evaluation of a version. */
export interface VersionQuality {
  readonly rows: number;
  readonly mean: number;
  readonly variance: number | null;
  /** Inflation of the variance by clusters; null without clusters. */
  readonly inflation: number | null;
  readonly sha256: string;
}

const ONCE = { kind: 'once' } as const;

/** 1 where a higher value is better, -1 where a lower one is. */
export function toSign({ direction }: Pick<QualityAxis, 'direction'>): 1 | -1 {
  return direction === 'higher' ? 1 : -1;
}

/** Mean with its two-sided interval of level 1 - alpha: Wilson's of a share, Student's of a mean. */
export function estimateQuality(quality: VersionQuality, axis: QualityAxis): EstimatedQuality {
  const { rows: n, mean, variance, inflation, sha256 } = quality;
  const { lower, upper, reason } = testMean(
    {
      ...{
        metric: axis.metric,
        name: axis.evaluation,
        evaluation: '',
        runId: '',
        evaluationVersion: 1,
        importedAt: '',
      },
      ...{ outcome: axis.outcome, kind: axis.kind, rows: n, mean, variance, inflation, sha256, examplesPerDay: null },
    },
    { sign: 1, threshold: 0, tail: axis.alpha / 2, looks: ONCE },
  );
  const ends = reason === null ? { lower: toFinite(lower), upper: toFinite(upper) } : { lower: null, upper: null };
  return { estimate: mean, ...ends, n };
}

/**
 * Tests whether a version is better than another by more than `gain` (negative: not worse by -gain or more), at the one-sided error
 * `tail`, in the orientation "larger is better".
 */
export function testGain(
  paired: PairedOutcomes,
  axis: QualityAxis,
  { gain, tail }: { readonly gain: number; readonly tail: number },
): Comparison {
  const question = { sign: toSign(axis), threshold: gain, tail, looks: ONCE };
  const reference = { evaluation: '', runId: '', evaluationVersion: 1, sha256: '', rows: paired.pairs, importedAt: '' };
  return testDifference({ metric: axis.metric, baseline: reference, overlap: 1, paired }, question);
}

/** Difference of two versions with its two-sided interval of level 1 - alpha, in the unit of the metric. */
export function estimateDifference(paired: PairedOutcomes, axis: QualityAxis): QualityDifference {
  const { estimate, lower, upper, n, test, reason } = testGain(paired, axis, { gain: 0, tail: axis.alpha / 2 });
  const sign = toSign(axis);
  const [low, high] = sign === 1 ? [lower, upper] : [-upper, -lower];
  const ends = reason === null ? { lower: toFinite(low), upper: toFinite(high) } : { lower: null, upper: null };
  return { estimate: sign * estimate, ...ends, n, test };
}

function toFinite(value: number): number | null {
  return Number.isFinite(value) ? value + 0 : null;
}

/** The same pairs with the sides exchanged. */
export function swapSides({ candidate, baseline, difference, counts, ...rest }: PairedOutcomes): PairedOutcomes {
  return {
    ...rest,
    candidate: baseline,
    baseline: candidate,
    difference: { mean: -difference.mean + 0, variance: difference.variance },
    counts:
      counts === null ? null : { ...counts, onlyCandidate: counts.onlyBaseline, onlyBaseline: counts.onlyCandidate },
  };
}
