/**
 * Local regression of evenly spaced values (Cleveland 1979): at every `jump`-th point a line (degree 1) or a constant
 * (degree 0) is fitted to the `window` nearest points by tricube weights, in between it is interpolated.
 */
export interface Smoother {
  readonly window: number;
  readonly degree: 0 | 1;
  readonly jump: number;
}

export function smooth(
  values: Float64Array,
  count: number,
  { window, degree, jump }: Smoother,
  into: Float64Array,
  offset: number,
): void {
  let last = 0;
  into[offset] = fitLocally(values, count, window, degree, 0);
  while (last < count - 1) {
    const next = Math.min(count - 1, last + jump);
    const value = fitLocally(values, count, window, degree, next);
    const before = into[offset + last] as number;
    const rise = (value - before) / (next - last);
    for (let at = last + 1; at <= next; at += 1) into[offset + at] = before + rise * (at - last);
    last = next;
  }
}

/** One place of it. */
export function fitLocally(values: Float64Array, count: number, window: number, degree: 0 | 1, at: number): number {
  const size = Math.min(window, count);
  const left = Math.max(0, Math.min(count - size, Math.round(at) - (size >> 1)));
  const right = left + size - 1;
  let reach = Math.max(at - left, right - at);
  if (window > count) reach += (window - count) >> 1;
  const whole = 0.999 * reach;
  const full = 0.001 * reach;
  let weights = 0;
  let first = 0;
  let sum = 0;
  let cross = 0;
  let square = 0;
  for (let index = left; index <= right; index += 1) {
    const offset = index - at;
    const distance = offset < 0 ? -offset : offset;
    if (distance > whole) continue;
    let weight = 1;
    if (distance > full) {
      const ratio = distance / reach;
      const rest = 1 - ratio * ratio * ratio;
      weight = rest * rest * rest;
    }
    const value = values[index] as number;
    weights += weight;
    first += weight * offset;
    square += weight * offset * offset;
    sum += weight * value;
    cross += weight * offset * value;
  }
  if (weights <= 0) return values[Math.max(0, Math.min(count - 1, Math.round(at)))] as number;
  const mean = sum / weights;
  if (degree === 0) return mean;
  const centre = first / weights;
  const spread = square / weights - centre * centre;
  if (spread <= 1e-6 * count * count * 1e-3) return mean;
  return mean - (centre * (cross / weights - centre * mean)) / spread;
}
