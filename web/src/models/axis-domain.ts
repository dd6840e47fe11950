import type { Domain } from '../charts/quality-cost-option.ts';

const PAD_RATIO = 0.12;
const LOG_PAD = 1.8;
const STEPS = [1, 2, 5];

/** From and to of an axis that holds all values with some room around them. Example: 1 and 2 -> 0.88 to 2.12. */
export function paddedDomain(values: readonly number[]): Domain {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const pad = (high - low || Math.abs(high) || 1) * PAD_RATIO;
  return [low - pad, high + pad];
}

/** The same on a logarithmic axis: room by a factor. All values must be above zero. */
export function paddedLogDomain(values: readonly number[]): Domain {
  return [Math.min(...values) / LOG_PAD, Math.max(...values) * LOG_PAD];
}

/** Round figures within a logarithmic axis: 0.0006 to 0.03 -> 0.001, 0.002, 0.005, 0.01, 0.02. */
export function logTicks([from, to]: Domain): number[] {
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(from)); power <= Math.ceil(Math.log10(to)); power += 1) {
    for (const step of STEPS) ticks.push(Number((step * 10 ** power).toPrecision(1)));
  }
  return ticks.filter((tick) => tick >= from && tick <= to);
}
