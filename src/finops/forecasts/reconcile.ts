/** A forecast of one subject: its days, and its past errors from times that all subjects share. */
export interface Base {
  readonly mean: Float64Array;
  readonly errors: readonly Float64Array[];
  /** Whether it may be negative, because of earlier credits. */
  readonly mayBeNegative: boolean;
}

/** A total as a weighted mean of the total's forecast and the sum of each level. All weights add up to 1. */
export interface ReconciledTotal {
  readonly total: Base;
  readonly weights: readonly number[];
}

/**
 * The forecast of a total from its own forecast and the sum of each level below it. Each is weighted by one over the mean
 * square of its past errors over the whole horizon: weighted least squares, with the errors of the levels treated as
 * uncorrelated.
 */
export function reconcileTotal(own: Base, levels: readonly (readonly Base[])[]): ReconciledTotal {
  const candidates = [own, ...levels.filter((level) => level.length > 0).map(sumBases)];
  const squares = candidates.map(computeMeanSquare);
  const exact = squares.map((square) => square === 0);
  const raw = squares.map((square, index) => (exact.includes(true) ? Number(exact[index]) : 1 / square));
  const sum = raw.reduce((one, other) => one + other, 0);
  const weights = raw.map((weight) => weight / sum);
  const mixed = (of: (base: Base) => Float64Array) =>
    of(own).map((_, step) =>
      candidates.reduce((total, base, index) => total + (weights[index] as number) * (of(base)[step] as number), 0),
    );
  const total: Base = {
    mean: mixed(({ mean }) => mean),
    errors: own.errors.map((_, origin) => mixed(({ errors }) => errors[origin] as Float64Array)),
    mayBeNegative: own.mayBeNegative,
  };
  return { total, weights };
}

/**
 * The parts of a total, adjusted so that they add up to it on every day, together with their past errors. The parts share
 * the difference between the total and their sum by the mean square of their errors, so that a well-known part changes
 * little. A part without negative days never falls below zero. The errors of the parts also add up to those of the total,
 * and so does every path drawn from them.
 */
export function addUpTo(total: Base, parts: readonly Base[]): Base[] {
  if (parts.length === 0) return [];
  const shares = computeShares(parts);
  const sum = sumBases(parts);
  const errors = parts.map((part, index) =>
    part.errors.map((vector, origin) =>
      vector.map((error, step) => {
        const between = getErrorAt(total.errors, origin, step) - getErrorAt(sum.errors, origin, step);
        return error + (shares[index] as number) * between;
      }),
    ),
  );
  const means = parts.map(({ mean }) => Float64Array.from(mean));
  for (let step = 0; step < total.mean.length; step += 1)
    distributeDifference(total.mean[step] as number, parts, shares, means, step);
  return parts.map((part, index) => ({
    ...part,
    mean: means[index] as Float64Array,
    errors: errors[index] as Float64Array[],
  }));
}

const getErrorAt = (vectors: readonly Float64Array[], origin: number, step: number) =>
  (vectors[origin] as Float64Array)[step] as number;

/** Distributes the difference of one day. A part that would fall below zero stops at zero, and the other parts take the rest. */
function distributeDifference(
  total: number,
  parts: readonly Base[],
  shares: readonly number[],
  means: readonly Float64Array[],
  step: number,
): void {
  const values = means.map((mean, index) => {
    const value = mean[step] as number;
    return parts[index]?.mayBeNegative === true ? value : Math.max(0, value);
  });
  let open = parts.map(() => true);
  for (let round = 0; round <= parts.length; round += 1) {
    const between = total - values.reduce((sum, value) => sum + value, 0);
    const weight = shares.reduce((sum, share, index) => sum + (open[index] === true ? share : 0), 0);
    const count = open.filter(Boolean).length;
    if (count === 0 || between === 0) break;
    let isWhole = true;
    for (const [index, share] of shares.entries()) {
      if (open[index] !== true) continue;
      const next = (values[index] as number) + between * (weight > 0 ? share / weight : 1 / count);
      const isBelow = next < 0 && parts[index]?.mayBeNegative !== true;
      values[index] = isBelow ? 0 : next;
      if (isBelow) isWhole = false;
    }
    if (isWhole) break;
    open = open.map((flag, index) => flag && (values[index] as number) > 0);
  }
  for (const [index, value] of values.entries()) (means[index] as Float64Array)[step] = value;
}

/** Shares by the mean square of the errors over the horizon; by size if all errors are zero; equal if all sizes are zero. */
function computeShares(parts: readonly Base[]): number[] {
  for (const weights of [
    parts.map(computeMeanSquare),
    parts.map(({ mean }) => Math.abs(mean.reduce((sum, day) => sum + day, 0))),
  ]) {
    const sum = weights.reduce((one, other) => one + other, 0);
    if (sum > 0) return weights.map((weight) => weight / sum);
  }
  return parts.map(() => 1 / parts.length);
}

function sumBases(parts: readonly Base[]): Base {
  const [first] = parts as [Base];
  const added = (of: (base: Base) => Float64Array) =>
    of(first).map((_, step) => parts.reduce((sum, part) => sum + (of(part)[step] as number), 0));
  return {
    mean: added(({ mean }) => mean),
    errors: first.errors.map((_, origin) => added(({ errors }) => errors[origin] as Float64Array)),
    mayBeNegative: parts.some(({ mayBeNegative }) => mayBeNegative),
  };
}

/** Mean square of the error of the whole horizon. */
function computeMeanSquare({ errors }: Base): number {
  const totals = errors.map((vector) => vector.reduce((sum, error) => sum + error, 0));
  return totals.reduce((sum, total) => sum + total * total, 0) / Math.max(1, totals.length);
}
