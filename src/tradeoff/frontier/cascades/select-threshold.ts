import type { CascadeSums } from '../../../mlops/evaluations/index.ts';
import type { PairedOutcomes } from '../../../mlops/evaluations/schema.ts';
import { groupThousands } from '../../../platform/units/index.ts';
import { buildTwoStages, listProven, type TestedSums } from '../../cascades/index.ts';
import { testGain, toSign } from '../compare-quality.ts';
import type { QualityAxis } from '../schema.ts';

export interface ThresholdQuestion {
  readonly axis: QualityAxis;
  /** Largest accepted loss against the second stage, in the unit of the metric. */
  readonly margin: number;
  /** One-sided error that a proven cascade loses the margin or more. */
  readonly alpha: number;
}

/** A threshold that is proven on the fitted examples. */
export interface ProvenThreshold {
  readonly acceptAtConfidence: number;
  /** Share of the fitted examples that the second stage is asked for. */
  readonly escalated: number;
}

/**
 * Thresholds with which a cascade is shown to lose less than the margin against its second stage, from the most to the least escalated:
 * Learn then Test on the fitted examples, with the test of the quality axis. A returned string is the reason for none.
 *
 * @example listProvenThresholds(sums, { axis, margin: 0.01, alpha: 0.05 }) // [{ acceptAtConfidence: 0.82, escalated: 0.31 }]
 */
export function listProvenThresholds(
  sums: CascadeSums,
  { axis, margin, alpha }: ThresholdQuestion,
): readonly ProvenThreshold[] | string {
  const { fitted, thresholds, inflation } = sums;
  if (fitted > 0 && thresholds.length === 0) return 'the confidence of the first version is the same on all examples';
  const sign = toSign(axis);
  const bins = sums.bins.map((bin) => ({ ...bin, difference: sign * bin.difference }));
  const configurations = buildTwoStages({ ...sums, bins });
  const isProven = (tested: TestedSums) => {
    if (tested.rows < FEWEST_ROWS) return false;
    const paired = toPaired(tested, { axis, inflation });
    return testGain(paired, axis, { gain: -margin, tail: alpha }).verdict === 'non-inferior';
  };
  const proven = listProven(configurations, margin, isProven);
  if (proven.length > 0) {
    return proven.map((cascade) => ({
      acceptAtConfidence: thresholds[cascade] ?? 1,
      escalated:
        configurations.sums.cost.reduce((sum, rows, at) => (at % thresholds.length === cascade ? sum + rows : sum), 0) /
        fitted,
    }));
  }
  const rows = configurations.rows.reduce((sum, count, fold) => (fold % 2 === 1 ? sum + count : sum), 0);
  const tested = `${groupThousands(String(rows))} of ${groupThousands(String(fitted))} fitted examples`;
  if (!isProven({ rows, difference: 0, square: 0 })) {
    return `not tested: too few rows; on ${tested} even equal answers would not exclude a loss of ${margin}`;
  }
  return `no threshold is shown to lose less than ${margin} on the ${tested} that test it`;
}

/** One difference has no variance. */
const FEWEST_ROWS = 2;

/** Sufficient statistics of the difference; the sides alone are not needed for its test. */
function toPaired(
  { rows, difference, square }: TestedSums,
  { axis, inflation }: Pick<ThresholdQuestion, 'axis'> & { readonly inflation: number },
): PairedOutcomes {
  const mean = (toSign(axis) * difference) / rows;
  const gained = (square + toSign(axis) * difference) / 2;
  const unknown = { mean: 0, variance: null };
  return {
    pairs: rows,
    counts:
      axis.kind === 'binary'
        ? { both: rows - square, onlyCandidate: gained, onlyBaseline: square - gained, neither: 0 }
        : null,
    candidate: unknown,
    baseline: unknown,
    difference: { mean, variance: Math.max(0, (square - rows * mean * mean) / (rows - 1)) },
    clusters: inflation === 1 ? null : { count: rows, inflation },
  };
}
