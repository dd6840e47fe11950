import type { Domain } from '../charts/quality-cost-plane.ts';

const PAD_RATIO = 0.12;
const LOG_PAD = 1.8;
const STEPS = [1, 2, 5];

/** Start and end of an axis that contains all values with some padding. Example: 1 and 2 -> 0.88 to 2.12. */
export function paddedDomain(values: readonly number[]): Domain {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const pad = (high - low || Math.abs(high) || 1) * PAD_RATIO;
  return [low - pad, high + pad];
}

/** The same for a logarithmic axis: padding by a factor. All values must be above zero. */
export function paddedLogDomain(values: readonly number[]): Domain {
  return [Math.min(...values) / LOG_PAD, Math.max(...values) * LOG_PAD];
}

/** Number of labels that fit on a chart on a phone. */
const MOST_TICKS = 5;

/**
 * Round figures within a logarithmic axis: its decades, of many every second, third and so on; where there are not two of
 * them, also steps of 2 and 5. Example: 0.0006 to 0.3 -> 0.001, 0.01, 0.1.
 */
export function logTicks([from, to]: Domain): number[] {
  const powers = [];
  for (let power = Math.floor(Math.log10(from)); power <= Math.ceil(Math.log10(to)); power += 1) powers.push(power);
  const within = (tick: number) => tick >= from && tick <= to;
  const decades = powers.map((power) => tickAt(1, power)).filter(within);
  if (decades.length < 2) return powers.flatMap((power) => STEPS.map((step) => tickAt(step, power))).filter(within);
  const every = Math.ceil(decades.length / MOST_TICKS);
  return decades.filter((_, index) => index % every === 0);
}

function tickAt(step: number, power: number): number {
  return Number((step * 10 ** power).toPrecision(1));
}
