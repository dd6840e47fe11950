import {
  approximateNormalQuantile,
  computeNormalQuantile,
  computeNormalTail,
  type Random,
} from '../../../platform/numbers/index.ts';

/**
 * How consecutive outcomes of an arm depend on each other. `gaussian`: a Gaussian AR(1) series with this correlation at lag 1, mapped
 * to the law of the outcome (a copula: the outcome itself is correlated less). `sticky`: each outcome repeats the one before with this
 * probability and is drawn afresh otherwise, so that the outcome has exactly this correlation at lag 1.
 */
export interface Generator {
  readonly kind: 'gaussian' | 'sticky';
  /** Correlation at lag 1, 0 <= correlation < 1; 0 is independence. */
  readonly correlation: number;
}

/** A measure of one request. `binary`: 1 is a success. `latency`: lognormal, spread 0.5. `cost`: 30 % of the requests cost nothing. */
export type OutcomeKind = 'binary' | 'latency' | 'cost';

const LATENCY_SPREAD = 0.5;
const COST_SPREAD = 0.8;
const FREE_SHARE = 0.3;

/** Standard normal values: the last of two uniform numbers is used for a second value (Box and Muller). */
function createNormal(random: Random): () => number {
  let spare: number | null = null;
  return () => {
    if (spare !== null) {
      const value = spare;
      spare = null;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}

/**
 * The outcome of a standard normal value, such that outcomes have the given mean. Latency and cost are positive with exactly this mean;
 * binary is 1 with this probability. A larger value gives a larger latency or cost, and a smaller one a success.
 */
export function createOutcome(kind: OutcomeKind, mean: number): (latent: number) => number {
  if (kind === 'binary') {
    const [share, sure] = [Math.min(Math.max(mean, 0), 1), Number.POSITIVE_INFINITY];
    const threshold = share === 0 ? -sure : share === 1 ? sure : computeNormalQuantile(share);
    return (latent) => (latent < threshold ? 1 : 0);
  }
  if (kind === 'latency') {
    const median = mean * Math.exp(-(LATENCY_SPREAD ** 2) / 2);
    return (latent) => median * Math.exp(LATENCY_SPREAD * latent);
  }
  const median = (mean / (1 - FREE_SHARE)) * Math.exp(-(COST_SPREAD ** 2) / 2);
  const free = computeNormalQuantile(FREE_SHARE);
  return (latent) => {
    if (latent < free) return 0;
    const above = computeNormalTail(latent) / (1 - FREE_SHARE);
    return median * Math.exp(-COST_SPREAD * approximateNormalQuantile(above));
  };
}

/** Standard normal values with the dependence of the generator, for the outcomes of one arm in time. */
export function createLatent({ kind, correlation }: Generator, random: Random): () => number {
  if (!(correlation >= 0 && correlation < 1)) {
    throw new RangeError(`A correlation must be at least 0 and less than 1, not ${correlation}.`);
  }
  const normal = createNormal(random);
  if (correlation === 0) return normal;
  let last = normal();
  if (kind === 'sticky') {
    return () => {
      if (random() >= correlation) last = normal();
      return last;
    };
  }
  const rest = Math.sqrt(1 - correlation * correlation);
  return () => {
    last = correlation * last + rest * normal();
    return last;
  };
}

/**
 * Two series whose values of the same place have this correlation: two versions on the same examples. 0 is two independent arms.
 * Example: `createLatentPair(generator, 0.8, random)()` -> [candidate, baseline].
 */
export function createLatentPair(
  generator: Generator,
  correlation: number,
  random: Random,
): { readonly candidate: () => number; readonly baseline: () => number } {
  if (!(correlation >= 0 && correlation <= 1)) {
    throw new RangeError(`The correlation of a pair must lie between 0 and 1, not ${correlation}.`);
  }
  const [baseline, own] = [createLatent(generator, random), createLatent(generator, random)];
  if (correlation === 0) return { candidate: own, baseline };
  const rest = Math.sqrt(1 - correlation * correlation);
  let shared = 0;
  return {
    baseline: () => {
      shared = baseline();
      return shared;
    },
    // Called after the baseline of the same example.
    candidate: () => correlation * shared + rest * own(),
  };
}
