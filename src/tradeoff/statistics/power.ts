import { computeNormalCdf, computeNormalQuantile } from '../../platform/numbers/index.ts';

/**
 * What is planned, larger is better. `proportions` and `means`: two independent arms of equal size. `paired-binary`: `discordance` is
 * the share of pairs whose outcomes differ, `difference` the expected candidate - baseline. `paired-means`: `deviation` is that of the
 * paired differences.
 */
export type PlannedDesign =
  | { readonly kind: 'proportions'; readonly candidate: number; readonly baseline: number }
  | { readonly kind: 'paired-binary'; readonly discordance: number; readonly difference: number }
  | { readonly kind: 'means' | 'paired-means'; readonly deviation: number; readonly difference: number };

/** The planned test: margin >= 0, one-sided error `tail`. */
export interface PlannedTest {
  readonly margin: number;
  readonly tail: number;
}

/**
 * Sample size (per arm, or pairs) at which the test shows non-inferiority with probability `power`:
 * n = (z_tail + z_power)^2 V / (difference + margin)^2 with V the variance of the difference for one observation an arm (one pair).
 * Null: never, as the expected difference is at or below -margin.
 *
 * @throws RangeError for a proportion outside 0..1, a discordance below |difference|, a deviation below 0, or a power outside (0.5, 1).
 * @example computeSampleSize({ kind: 'proportions', candidate: 0.9, baseline: 0.9 }, { margin: 0.02, tail: 0.05 }, 0.8) // 2783
 */
export function computeSampleSize(design: PlannedDesign, test: PlannedTest, power = 0.8): number | null {
  if (!(power > 0.5 && power < 1)) throw new RangeError(`The power must lie between 0.5 and 1, not ${power}.`);
  const { difference, variance } = measureDesign(design);
  const z = computeNormalQuantile(power) - computeNormalQuantile(checkTest(test).tail);
  return planSamples(z * Math.sqrt(variance), difference + test.margin);
}

/** The power, 0 to 1, of the test with `n` observations an arm (or pairs). Example: the design above with n = 2783 -> 0.80. */
export function computePower(design: PlannedDesign, test: PlannedTest, n: number): number {
  const { difference, variance } = measureDesign(design);
  const distance = difference + test.margin;
  const error = Math.sqrt(variance / n);
  if (error === 0) return distance > 0 ? 1 : 0;
  return computeNormalCdf(distance / error + computeNormalQuantile(checkTest(test).tail));
}

/** n at which a test whose critical value and power need `spread` standard errors of one observation sees `distance`; null: never. */
export function planSamples(spread: number, distance: number): number | null {
  if (!(distance > 0)) return null;
  const n = Math.ceil((spread / distance) ** 2);
  return Number.isFinite(n) ? Math.max(1, n) : null;
}

/**
 * Hours until `samplesNeeded` further samples have arrived at `samplesPerHour` (per arm, or pairs); null where either is unknown or
 * none arrive. Example: 500 samples at 250 an hour -> 2.
 */
export function computeHoursToDecision(samplesNeeded: number | null, samplesPerHour: number | null): number | null {
  if (samplesNeeded === 0) return 0;
  if (samplesNeeded === null || samplesPerHour === null || !(samplesPerHour > 0)) return null;
  return samplesNeeded / samplesPerHour;
}

function checkTest(test: PlannedTest): PlannedTest {
  if (!(test.margin >= 0)) throw new RangeError(`The margin must be a number of at least 0, not ${test.margin}.`);
  if (!(test.tail > 0 && test.tail < 0.5)) {
    throw new RangeError(`The one-sided error must lie between 0 and 0.5, not ${test.tail}.`);
  }
  return test;
}

function measureDesign(design: PlannedDesign): { readonly difference: number; readonly variance: number } {
  if (design.kind === 'proportions') {
    const { candidate, baseline } = design;
    if (!(isShare(candidate) && isShare(baseline))) throw new RangeError('Proportions must lie between 0 and 1.');
    return { difference: candidate - baseline, variance: candidate * (1 - candidate) + baseline * (1 - baseline) };
  }
  const { difference } = design;
  if (design.kind === 'paired-binary') {
    const { discordance } = design;
    if (!(isShare(discordance) && discordance >= Math.abs(difference))) {
      throw new RangeError('The discordance must lie between the size of the difference and 1.');
    }
    return { difference, variance: discordance - difference ** 2 };
  }
  if (!(design.deviation >= 0)) throw new RangeError('The standard deviation must be a number of at least 0.');
  return { difference, variance: design.deviation ** 2 * (design.kind === 'means' ? 2 : 1) };
}

function isShare(value: number): boolean {
  return value >= 0 && value <= 1;
}
