import { fitLocally, type Smoother, smooth } from './loess.ts';

/** Result of an STL decomposition: values = trend + seasonal + remainder. */
export interface Decomposed {
  readonly trend: Float64Array;
  readonly seasonal: Float64Array;
}

const INNER_ROUNDS = 2;

/**
 * Seasonal and trend parts by local regression (Cleveland et al. 1990), the plain form without robustness weights, with the
 * windows of R's `stl`: seasonal constant within `seasonalWindow` cycles, trend over 1.5 period / (1 - 1.5 / window).
 * Needs two whole periods.
 */
export function stl(values: Float64Array, period: number, seasonalWindow: number): Decomposed {
  const count = values.length;
  const seasonalSmoother: Smoother = { window: seasonalWindow, degree: 0, jump: computeJump(seasonalWindow) };
  const trendWindow = roundUpToOdd(Math.ceil((1.5 * period) / (1 - 1.5 / seasonalWindow)));
  const trendSmoother: Smoother = { window: trendWindow, degree: 1, jump: computeJump(trendWindow) };
  const lowWindow = roundUpToOdd(period);
  const lowSmoother: Smoother = { window: lowWindow, degree: 1, jump: computeJump(lowWindow) };
  const trend = new Float64Array(count);
  const seasonal = new Float64Array(count);
  const work = new Float64Array(count);
  const cycle = new Float64Array(count + 2 * period);
  const low = new Float64Array(count + 2 * period);
  for (let round = 0; round < INNER_ROUNDS; round += 1) {
    for (let at = 0; at < count; at += 1) work[at] = (values[at] as number) - (trend[at] as number);
    smoothCycles(work, period, seasonalSmoother, cycle);
    computeMovingMean(cycle, count + 2 * period, period, low);
    computeMovingMean(low, count + period + 1, period, low);
    computeMovingMean(low, count + 2, 3, low);
    smooth(low, count, lowSmoother, work, 0);
    for (let at = 0; at < count; at += 1) {
      const value = (cycle[at + period] as number) - (work[at] as number);
      seasonal[at] = value;
      low[at] = (values[at] as number) - value;
    }
    smooth(low, count, trendSmoother, trend, 0);
  }
  return { trend, seasonal };
}

/** Smooths the values of each phase of the period separately, extended by one value at either end. */
function smoothCycles(values: Float64Array, period: number, smoother: Smoother, into: Float64Array): void {
  const most = Math.ceil(values.length / period);
  const phaseValues = new Float64Array(most);
  const smoothed = new Float64Array(most + 2);
  for (let phase = 0; phase < period; phase += 1) {
    let count = 0;
    for (let at = phase; at < values.length; at += period) {
      phaseValues[count] = values[at] as number;
      count += 1;
    }
    smooth(phaseValues, count, smoother, smoothed, 1);
    smoothed[0] = fitLocally(phaseValues, count, smoother.window, smoother.degree, -1);
    smoothed[count + 1] = fitLocally(phaseValues, count, smoother.window, smoother.degree, count);
    for (let at = 0; at < count + 2; at += 1) into[phase + at * period] = smoothed[at] as number;
  }
}

/** Means of `width` neighbours of the first `count` numbers, into the first `count - width + 1`; may be the same array. */
function computeMovingMean(values: Float64Array, count: number, width: number, into: Float64Array): void {
  let sum = 0;
  for (let at = 0; at < width; at += 1) sum += values[at] as number;
  for (let at = 0; at + width <= count; at += 1) {
    const first = values[at] as number;
    into[at] = sum / width;
    if (at + width < count) sum += (values[at + width] as number) - first;
  }
}

function roundUpToOdd(value: number): number {
  return value % 2 === 0 ? value + 1 : value;
}

function computeJump(window: number): number {
  return Math.ceil(window / 10);
}
