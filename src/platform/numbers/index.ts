export { computeBetaQuantile, computeIncompleteBeta, computeLogIncompleteBeta } from './beta.ts';
export { computeBinomialCdf, computeBinomialProbability } from './binomial.ts';
export { computeChiSquareTail, computeLogGamma, computeUpperGamma } from './gamma.ts';
export {
  approximateNormalQuantile,
  computeNormalCdf,
  computeNormalDensity,
  computeNormalQuantile,
  computeNormalTail,
} from './normal.ts';
export { averageValues, computeLowerQuantile, computeQuantile, sortAscending } from './quantile.ts';
export { createRandom, createSeededRandom, type Random } from './random.ts';
export { findRoot } from './root.ts';
export { computeStudentCdf, computeStudentQuantile, computeStudentTwoSided } from './student.ts';
