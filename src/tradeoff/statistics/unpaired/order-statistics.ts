import { computeBinomialProbability } from '../../../platform/numbers/index.ts';

/** Probabilities below this are left out of the law of a quantile's place. */
const NEGLIGIBLE = 1e-14;
/** Places within this of a whole number are that number. */
const ROUNDING = 1e-9;

/** The confidence distribution of a quantile: it lies between `left` and `right` of a cell with the probability `mass`. */
export interface QuantileCells {
  readonly left: Float64Array;
  readonly right: Float64Array;
  readonly mass: Float64Array;
}

/**
 * The confidence distribution of a quantile from ascending values, at least one: it lies between the j-th and the next value with the
 * probability of j successes in a binomial law of (n, quantile); below the first or above the last with the rest. `inflation` >= 1
 * divides n. Source: David and Nagaraja, Order Statistics (2003), section 7.1.
 */
export function locateQuantile(ascending: Float64Array, quantile: number, inflation: number): QuantileCells {
  const whole = ascending.length;
  const n = Math.max(1, Math.floor(whole / inflation));
  const stride = whole / n;
  const { first, mass } = listBinomial(n, quantile);
  const at = (place: number): number => {
    if (place < 1) return Number.NEGATIVE_INFINITY;
    return place > whole ? Number.POSITIVE_INFINITY : (ascending[place - 1] as number);
  };
  return {
    left: mass.map((_, index) => at(Math.floor((first + index) * stride + ROUNDING))),
    right: mass.map((_, index) => at(Math.ceil((first + index + 1) * stride - ROUNDING))),
    mass,
  };
}

/** The binomial probabilities that are not negligible, from `first` on, by recurrence from the most probable. */
function listBinomial(n: number, share: number): { readonly first: number; readonly mass: Float64Array } {
  const mode = Math.min(n, Math.floor((n + 1) * share));
  const odds = share / (1 - share);
  const most = computeBinomialProbability(mode, n, share);
  const below: number[] = [];
  for (let [k, p] = [mode, most]; k > 0; k -= 1) {
    p *= k / ((n - k + 1) * odds);
    if (p < NEGLIGIBLE) break;
    below.push(p);
  }
  const above = [most];
  for (let [k, p] = [mode, most]; k < n; k += 1) {
    p *= ((n - k) * odds) / (k + 1);
    if (p < NEGLIGIBLE) break;
    above.push(p);
  }
  return { first: mode - below.length, mass: Float64Array.from([...below.reverse(), ...above]) };
}
