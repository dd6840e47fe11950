import { computeChiSquareTail } from '../../../platform/numbers/index.ts';
import { type TestResult, toTestResult } from '../measured.ts';
import { type CountPair, sumCounts } from '../samples.ts';

const ONE_LEVEL: TestResult = { reason: 'there is only one value' };

/**
 * Evidently's `chisquare`: goodness of fit to the shares of the reference, which it takes for exact. It alarms too often, by
 * as much as the reference is small; a value that the reference lacks gives p = 0.
 */
export function goodnessOfFit({ reference, current }: CountPair): TestResult {
  if (reference.length < 2) return ONE_LEVEL;
  const scale = sumCounts(current) / sumCounts(reference);
  const statistic = reference.reduce((sum, count, at) => {
    const expected = count * scale;
    return sum + ((current[at] ?? 0) - expected) ** 2 / expected;
  }, 0);
  return toTestResult(statistic, computeChiSquareTail(statistic, reference.length - 1));
}

/** Pearson's statistic of the 2 x k table, both sides being samples; `correction` is taken off every |observed - expected|. */
export function contingencyStatistic({ reference, current }: CountPair, correction = 0): number {
  const [n, m] = [sumCounts(reference), sumCounts(current)];
  return reference.reduce((sum, count, at) => {
    const both = count + (current[at] ?? 0);
    const [expectedN, expectedM] = [(both * n) / (n + m), (both * m) / (n + m)];
    // The two differences of a column are equal.
    const off = Math.abs(count - expectedN);
    return sum + (off - Math.min(correction, off)) ** 2 * (1 / expectedN + 1 / expectedM);
  }, 0);
}

/**
 * Two-sample chi-square test of the 2 x k table, with Yates's correction at two levels: `scipy.stats.chi2_contingency`.
 * Approximate: see `smallestExpected`.
 */
export function contingency(pair: CountPair): TestResult {
  const levels = pair.reference.length;
  if (levels < 2) return ONE_LEVEL;
  const statistic = contingencyStatistic(pair, levels === 2 ? 0.5 : 0);
  return toTestResult(statistic, computeChiSquareTail(statistic, levels - 1));
}

/** The smallest count that the 2 x k table leads to expect in a cell; the chi-square law needs some, 5 by the usual rule. */
export function smallestExpected({ reference, current }: CountPair): number {
  const [n, m] = [sumCounts(reference), sumCounts(current)];
  const share = Math.min(n, m) / (n + m);
  return reference.reduce((least, count, at) => Math.min(least, (count + (current[at] ?? 0)) * share), Infinity);
}

/** Evidently's `g_test`, which its library refuses for sizes that differ: the reference counts are expected unscaled. */
export function gTest({ reference, current }: CountPair): TestResult {
  if (sumCounts(reference) !== sumCounts(current))
    return { reason: 'Evidently’s g_test requires the same number of rows on both sides' };
  if (reference.length < 2) return ONE_LEVEL;
  const statistic = reference.reduce((sum, expected, at) => {
    const observed = current[at] ?? 0;
    return observed === 0 ? sum : sum + 2 * observed * Math.log(observed / expected);
  }, 0);
  return toTestResult(statistic, computeChiSquareTail(statistic, reference.length - 1));
}
