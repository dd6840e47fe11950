import { computeDistinctEdges, computeEvidentlyShares } from './bins.ts';
import { energyDistance, normedWasserstein } from './distances/between-distributions.ts';
import {
  densityHellinger,
  hellinger,
  jensenShannon,
  kullbackLeibler,
  largestDifference,
  populationStability,
  type SharePair,
  totalVariation,
} from './distances/between-shares.ts';
import { kolmogorovSmirnov } from './distances/kolmogorov-smirnov.ts';
import { twoSampleTail } from './laws/kolmogorov-two-sample.ts';
import { type TestResult, toDistanceResult, toTestResult } from './measured.ts';
import type { Method } from './method.ts';
import { nannyMethods } from './nannyml.ts';
import { type CountPair, computeShares, type NumericPair } from './samples.ts';
import { andersonDarling } from './tests/anderson-darling.ts';
import { contingency, goodnessOfFit, gTest } from './tests/chi-square.ts';
import { cramerVonMises } from './tests/cramer-von-mises.ts';
import { eppsSingleton } from './tests/epps-singleton.ts';
import { fisherExact } from './tests/fisher.ts';
import { mannWhitneyLess } from './tests/mann-whitney.ts';
import { maximumMeanDiscrepancy } from './tests/maximum-mean-discrepancy.ts';
import { permutedContingency } from './tests/permuted-contingency.ts';
import { tTest } from './tests/t-test.ts';
import { totalVariationTest } from './tests/total-variation.ts';
import { twoProportions } from './tests/two-proportions.ts';
import { domainClassifier } from './vectors/domain-classifier.ts';
import { maximumMeanDiscrepancyTest } from './vectors/mmd.ts';
import { pointPair } from './vectors/points.ts';

/** Two-sample test of Kolmogorov and Smirnov by its finite law. */
function kolmogorovSmirnovTest(pair: NumericPair): TestResult {
  const statistic = kolmogorovSmirnov(pair);
  return toTestResult(statistic, twoSampleTail(statistic, pair.reference.length, pair.current.length));
}

type ShareDistance = (shares: SharePair) => number;

const compareBins = (of: ShareDistance) => (pair: NumericPair) => toDistanceResult(of(computeEvidentlyShares(pair)));
const ofLevels =
  (of: ShareDistance) =>
  ({ reference, current }: CountPair) =>
    toDistanceResult(of({ reference: computeShares(reference), current: computeShares(current) }));
/** A distance of shares: over Evidently's bins of numbers, over the levels of others. */
const compareShares = (of: ShareDistance) => ({ numerical: compareBins(of), categorical: ofLevels(of) });

const ROWS_NEEDED: TestResult = {
  reason: 'TVD requires the rows of the reference, and a profile does not contain them',
};

/** Evidently's methods (0.7) by its names: its formulas, thresholds and alarms. */
const evidentlyMethods = {
  ks: { threshold: 0.05, alarm: 'p <= threshold', numerical: kolmogorovSmirnovTest },
  wasserstein: {
    threshold: 0.1,
    alarm: 'statistic >= threshold',
    numerical: (pair) => toDistanceResult(normedWasserstein(pair)),
  },
  jensenshannon: {
    threshold: 0.1,
    alarm: 'statistic >= threshold',
    ...compareShares((shares) => jensenShannon(shares)),
  },
  psi: { threshold: 0.1, alarm: 'statistic >= threshold', ...compareShares(populationStability) },
  kl_div: { threshold: 0.1, alarm: 'statistic >= threshold', ...compareShares(kullbackLeibler) },
  hellinger: {
    threshold: 0.1,
    alarm: 'statistic >= threshold',
    numerical: (pair) => toDistanceResult(densityHellinger(pair.reference, pair.current, computeDistinctEdges(pair))),
    categorical: ofLevels(hellinger),
  },
  ed: { threshold: 0.1, alarm: 'statistic > threshold', numerical: (pair) => toDistanceResult(energyDistance(pair)) },
  chisquare: { threshold: 0.05, alarm: 'p < threshold', categorical: goodnessOfFit },
  z: { threshold: 0.05, alarm: 'p < threshold', categorical: twoProportions },
  anderson: { threshold: 0.1, alarm: 'p < threshold', numerical: andersonDarling },
  cramer_von_mises: { threshold: 0.1, alarm: 'p <= threshold', numerical: cramerVonMises },
  t_test: { threshold: 0.05, alarm: 'p < threshold', numerical: tTest },
  mannw: { threshold: 0.05, alarm: 'p < threshold', numerical: mannWhitneyLess },
  es: { threshold: 0.05, alarm: 'p < threshold', numerical: eppsSingleton },
  fisher_exact: { threshold: 0.1, alarm: 'p < threshold', categorical: fisherExact },
  g_test: { threshold: 0.1, alarm: 'p < threshold', categorical: gTest },
  TVD: {
    threshold: 0.1,
    alarm: 'p < threshold',
    categorical: (counts, { codes }) => (codes === null ? ROWS_NEEDED : totalVariationTest(counts, codes)),
  },
  empirical_mmd: { threshold: 0.1, alarm: 'p < threshold', numerical: maximumMeanDiscrepancy },
} as const satisfies Record<string, Method>;

const ownMethods = {
  tvd: {
    threshold: 0.1,
    alarm: 'statistic >= threshold',
    categorical: ofLevels(totalVariation),
  },
  l_infinity: {
    threshold: 0.1,
    alarm: 'statistic >= threshold',
    categorical: ofLevels(largestDifference),
  },
  chi2_contingency: { threshold: 0.05, alarm: 'p < threshold', categorical: contingency },
  chi2_permutation: { threshold: 0.05, alarm: 'p <= threshold', categorical: permutedContingency },
  mmd: { threshold: 0.05, alarm: 'p <= threshold', numerical: (pair) => maximumMeanDiscrepancyTest(pointPair(pair)) },
  domain_classifier: {
    threshold: 0.05,
    alarm: 'p <= threshold',
    numerical: (pair) => domainClassifier(pointPair(pair)),
  },
} as const satisfies Record<string, Method>;

/** Every method by the name that it is asked for. */
export const methods = { ...evidentlyMethods, ...ownMethods, ...nannyMethods };
export type MethodName = keyof typeof methods;
