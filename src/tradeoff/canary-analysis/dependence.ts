import type { ResponseBatch, SideEvidence } from '../../mlops/serving/index.ts';
import { combineInflations, computeMoments, type Dependence, estimateBatchInflation } from '../statistics/index.ts';

/** Values of a batch at least, and batches of a series at most. */
const LEAST_BATCH = 10;
const MOST_BATCHES = 32;

/**
 * Factor (at least 1) by which dependence in time raises the variance of a share: the variance between batches over that of
 * independent outcomes, with one standard error, sqrt(2 / (batches - 1)), added. Null below two batches or where all outcomes are equal.
 * Example: batches that hold only errors or none, 10 responses each -> about 10, and more for few batches.
 */
export function estimateShareInflation(batches: readonly ResponseBatch[]): number | null {
  const n = batches.reduce((sum, { requests }) => sum + requests, 0);
  const share = batches.reduce((sum, { errors }) => sum + errors, 0) / n;
  const count = batches.length;
  if (count < 2 || !(share > 0 && share < 1)) return null;
  const between = batches.reduce((sum, { requests, errors }) => sum + (errors - requests * share) ** 2, 0);
  const independent = n * share * (1 - share);
  return Math.max(1, ((count / (count - 1)) * between) / independent) * (1 + Math.sqrt(2 / (count - 1)));
}

/** Dependence of the errors of both sides. */
export function estimateErrorDependence(live: SideEvidence, canary: SideEvidence): Dependence {
  return toDependence(
    [live, canary].map(({ requests, errors, batches }) => {
      const share = requests === 0 ? 0 : errors / requests;
      return { inflation: estimateShareInflation(batches), variance: share * (1 - share), n: requests };
    }),
  );
}

/** Dependence of two series of values in the order of arrival. */
export function estimateSeriesDependence(live: Float64Array, canary: Float64Array): Dependence {
  return toDependence(
    [live, canary].map((values) => {
      const batches = Math.min(MOST_BATCHES, Math.floor(values.length / LEAST_BATCH));
      const inflation = batches < 2 ? null : estimateBatchInflation(values, batches);
      return { inflation, variance: computeMoments(values).variance, n: values.length };
    }),
  );
}

/** A side that says nothing of its dependence (few values, or all equal) takes that of the other. */
function toDependence(arms: readonly { inflation: number | null; variance: number; n: number }[]): Dependence {
  const known = arms.filter(({ inflation, variance }) => inflation !== null && variance > 0);
  const inflation = known.length === 0 ? null : combineInflations(known);
  return inflation === null ? { kind: 'independent' } : { kind: 'autocorrelated', inflation };
}
