import type { Domain } from '../charts/quality-cost-plane.ts';

const PAD_RATIO = 0.12;
const LOG_PAD = 1.8;

/** Start and end of an axis that contains all values with some padding. Example: 1 and 2 -> 0.88 to 2.12. */
export function paddedDomain(values: readonly number[]): Domain {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const pad = (high - low || Math.abs(high) || 1) * PAD_RATIO;
  return [low - pad, high + pad];
}

/**
 * The same for a logarithmic axis: padding by a factor, and at least two decades, so that its labels show the scale. All values must be
 * above zero. Example: 0.02 and 0.5 -> 0.01 to 1.
 */
export function paddedLogDomain(values: readonly number[]): Domain {
  const [from, to] = [Math.min(...values) / LOG_PAD, Math.max(...values) * LOG_PAD];
  if (logTicks([from, to]).length >= 2) return [from, to];
  return [decadeAt(Math.floor(Math.log10(from))), decadeAt(Math.ceil(Math.log10(to)))];
}

/** Number of labels that fit on a chart on a phone. */
const MOST_TICKS = 5;

/**
 * Decades within a logarithmic axis, of many every second, third and so on. Example: 0.0006 to 0.3 -> 0.001, 0.01, 0.1.
 */
export function logTicks([from, to]: Domain): number[] {
  const powers = [];
  for (let power = Math.floor(Math.log10(from)); power <= Math.ceil(Math.log10(to)); power += 1) powers.push(power);
  const decades = powers.map(decadeAt).filter((tick) => tick >= from && tick <= to);
  const every = Math.ceil(decades.length / MOST_TICKS);
  return decades.filter((_, index) => index % every === 0);
}

function decadeAt(power: number): number {
  return Number((10 ** power).toPrecision(1));
}
