/** A series without gaps: missing values are filled and marked. */
export interface Whole {
  readonly values: Float64Array;
  /** 1 if the value was observed, 0 if it was filled. */
  readonly known: Uint8Array;
  readonly filled: number;
}

/**
 * Fills missing values (NaN): the mean of the phase in the season, plus a linear interpolation of the deviations of the
 * known neighbours from their phase means. Before the first and after the last known value the deviation is constant.
 * Example without a season: 1, NaN, 3 -> 1, 2, 3.
 */
export function fillGaps(series: ArrayLike<number>, period: number): Whole {
  const values = Float64Array.from(series);
  const known = Uint8Array.from(values, (value) => (Number.isNaN(value) ? 0 : 1));
  const filled = known.reduce((sum, flag) => sum + 1 - flag, 0);
  if (filled === 0 || filled === values.length) return { values, known, filled };
  const phases = computePhaseMeans(values, period);
  let before = -1;
  for (let at = 0; at < values.length; at += 1) {
    if (known[at] === 1) {
      before = at;
      continue;
    }
    let after = at;
    while (after < values.length && known[after] === 0) after += 1;
    const last = before < 0 ? null : (values[before] as number) - (phases[before % period] as number);
    const next = after === values.length ? null : (values[after] as number) - (phases[after % period] as number);
    const share = (at - before) / (after - before);
    const away = last === null ? next : next === null ? last : last + share * (next - last);
    values[at] = (phases[at % period] as number) + (away ?? 0);
  }
  return { values, known, filled };
}

/** Means by phase; the overall mean for a phase without an observed value. */
function computePhaseMeans(values: Float64Array, period: number): Float64Array {
  const sums = new Float64Array(period);
  const counts = new Float64Array(period);
  let sum = 0;
  let count = 0;
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at] as number;
    if (Number.isNaN(value)) continue;
    sums[at % period] = (sums[at % period] as number) + value;
    counts[at % period] = (counts[at % period] as number) + 1;
    sum += value;
    count += 1;
  }
  return sums.map((total, phase) => ((counts[phase] as number) > 0 ? total / (counts[phase] as number) : sum / count));
}
