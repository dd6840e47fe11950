/** The finite values, in their order; what is left out (null read as NaN, NaN, infinite) is the difference of the lengths. */
export function knownValues(values: Float64Array): Float64Array {
  let known = 0;
  for (const value of values) if (Number.isFinite(value)) known += 1;
  if (known === values.length) return values;
  const kept = new Float64Array(known);
  let at = 0;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    kept[at] = value;
    at += 1;
  }
  return kept;
}
