import {
  computeNormalDensity,
  computeNormalQuantile,
  computeNormalTail,
  findRoot,
} from '../../../platform/numbers/index.ts';

/** Nodes and weights of the Gauss-Legendre rule of five points on (-1, 1). */
const NODES = [-0.906179845938664, -0.5384693101056831, 0, 0.5384693101056831, 0.906179845938664];
const WEIGHTS = [
  0.23692688505618908, 0.47862867049936647, 0.5688888888888889, 0.47862867049936647, 0.23692688505618908,
];
/** Standard deviations below zero where the density of the paths is cut off: 1e-12 of them. */
const LOWEST = 6;
/** Standard deviations of one step beyond which a path does not go: 1e-19. */
const REACH = 7;
/** Width of a panel of five nodes, in standard deviations of a step. */
const PANEL = 1.6;
const MOST_PANELS = 4000;
/** Less error than this cannot be told apart from none. */
const LEAST_ERROR = 1e-15;
/** A look with less further information than this share of the whole has no bound and spends nothing. */
const LEAST_STEP = 1e-4;

/**
 * Error that may be spent until the information fraction `fraction` (0 to 1): the O'Brien-Fleming type function of Lan and DeMets
 * (1983), 2 - 2 Phi(z / sqrt(fraction)) with z the quantile of 1 - tail / 2. At fraction 1 it is `tail`, the one-sided error of the
 * whole test. Example: fraction 0.4, tail 0.13 -> 0.01667.
 */
export function computeSpentError(fraction: number, tail: number): number {
  if (fraction <= 0) return 0;
  if (fraction >= 1) return tail;
  return 2 * computeNormalTail(-computeNormalQuantile(tail / 2) / Math.sqrt(fraction));
}

/** The bounds of a test whose looks become known one after the other. */
export interface GroupSequentialBounds {
  /** Bound of the next look on the z scale; infinite where there is no error to spend yet. */
  readonly addLook: (fraction: number) => number;
}

/** The density of the paths that crossed no bound: values and masses of the quadrature, on the scale of the partial sum. */
interface Paths {
  readonly values: Float64Array;
  readonly masses: Float64Array;
}

interface Look {
  readonly fraction: number;
  readonly spent: number;
  /** On the scale of the partial sum: z times the root of the fraction. */
  readonly limit: number;
  /** Standard deviation of the step from the look before. */
  readonly step: number;
  /** Paths at the look before; null while no bound has been finite, so that their law is normal. */
  readonly before: Paths | null;
}

/**
 * One-sided group-sequential bounds with `tail` as the error of the whole test, for information fractions that rise to at most 1 and
 * need not be known in advance. The joint law of the statistics is integrated from look to look (Armitage, McPherson and Rowe 1969);
 * the bound of the other side of a two-sided test is ignored (non-binding), so that each side keeps its own error.
 * Bounds agree with rpact and gsDesign (`sfLDOF`, `test.type = 1`) to 1e-6.
 * Errors: RangeError where a fraction does not rise or lies outside (0, 1], or tail lies outside (0, 0.5).
 * Example: looks 0.4, 0.75 and 1 with tail 0.13 -> 2.12807, 1.43686, 1.24690.
 */
export function createGroupSequentialBounds(tail: number): GroupSequentialBounds {
  if (!(tail > 0 && tail < 0.5)) throw new RangeError(`tail must lie between 0 and 0.5, not ${tail}`);
  let last: Look | null = null;
  return {
    addLook: (fraction) => {
      const from: number = last?.fraction ?? 0;
      if (!(fraction > from && fraction <= 1)) {
        throw new RangeError(`An information fraction must rise from ${from} to at most 1, not to ${fraction}`);
      }
      if (fraction - from < LEAST_STEP) return Number.POSITIVE_INFINITY;
      last = addLook(last, fraction, tail);
      return last.limit / Math.sqrt(fraction);
    },
  };
}

/** The bounds of looks at `fractions`. Example: [0.5, 1], tail 0.025 -> 2.96259, 1.96857. */
export function computeGroupSequentialBounds(fractions: readonly number[], tail: number): number[] {
  const bounds = createGroupSequentialBounds(tail);
  return fractions.map(bounds.addLook);
}

/**
 * The one-sided level at which a test of fixed size is made at each look: the tail beyond its bound. Any interval of that level is the
 * repeated confidence interval of the look (Jennison and Turnbull 2000, chapter 9): all of them together hold with 1 - tail.
 */
export function computeLookLevels(fractions: readonly number[], tail: number): number[] {
  return computeGroupSequentialBounds(fractions, tail).map(computeNormalTail);
}

function addLook(last: Look | null, fraction: number, tail: number): Look {
  const spent = computeSpentError(fraction, tail);
  const share = spent - (last?.spent ?? 0);
  const root = Math.sqrt(fraction);
  const step = Math.sqrt(fraction - (last?.fraction ?? 0));
  const before = last === null || last.limit === Number.POSITIVE_INFINITY ? null : placePaths(last, step);
  if (share < LEAST_ERROR) {
    const none = { fraction, spent: last?.spent ?? 0, step, before };
    // After a finite bound the spent error rises at every look: an infinite bound is only met at the start.
    return { ...none, limit: before === null ? Number.POSITIVE_INFINITY : root * REACH };
  }
  const highest = -computeNormalQuantile(share) * root;
  if (before === null) return { fraction, spent, step: root, before, limit: highest };
  const lowest = -computeNormalQuantile(spent) * root;
  const limit = findRoot((at) => Math.log(computeCrossing(before, at, step) / share), lowest, highest, 1e-12);
  return { fraction, spent, step, before, limit };
}

/** Probability that a path is above `limit` at the next look and crossed no bound before. */
function computeCrossing({ values, masses }: Paths, limit: number, step: number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) {
    sum += (masses[i] as number) * computeNormalTail((limit - (values[i] as number)) / step);
  }
  return sum;
}

/** The paths at `look` that crossed no bound, on nodes fine enough for a next step of standard deviation `next`. */
function placePaths(look: Look, next: number): Paths {
  const lowest = -LOWEST * Math.sqrt(look.fraction);
  const width = look.limit - lowest;
  const panels = Math.min(MOST_PANELS, Math.max(12, Math.ceil(width / (PANEL * Math.min(look.step, next)))));
  const half = width / panels / 2;
  const values = new Float64Array(panels * NODES.length);
  const masses = new Float64Array(values.length);
  for (let i = 0; i < values.length; i += 1) {
    const node = i % NODES.length;
    const middle = lowest + half * (2 * Math.floor(i / NODES.length) + 1);
    values[i] = middle + half * (NODES[node] as number);
    masses[i] = half * (WEIGHTS[node] as number);
  }
  multiplyByDensity(values, masses, look);
  return { values, masses };
}

/** Multiplies `masses` by the density at `values` of the paths that reach `look`. */
function multiplyByDensity(values: Float64Array, masses: Float64Array, { before, step }: Look): void {
  let first = 0;
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] as number;
    if (before === null) {
      masses[i] = ((masses[i] as number) * computeNormalDensity(value / step)) / step;
      continue;
    }
    while (first < before.values.length && (before.values[first] as number) < value - REACH * step) first += 1;
    masses[i] = (masses[i] as number) * sumDensities(before, first, value, step);
  }
}

function sumDensities({ values, masses }: Paths, first: number, at: number, step: number): number {
  let sum = 0;
  for (let i = first; i < values.length && (values[i] as number) <= at + REACH * step; i += 1) {
    sum += (masses[i] as number) * computeNormalDensity((at - (values[i] as number)) / step);
  }
  return sum / step;
}
