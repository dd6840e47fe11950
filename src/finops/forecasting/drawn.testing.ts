import { approximateNormalQuantile } from '../../platform/numbers/index.ts';
import { seeded } from '../../testing/random.ts';

/** Numbers drawn by a seed. */
export interface Draws {
  /** Even over 0..1. */
  even(): number;
  /** Standard normal. */
  normal(): number;
}

/** Keeps the draws away from 0 and 1. */
const HALF_STEP = 1e-10;

export function createDraws(seed: number): Draws {
  const even = seeded(seed);
  const normal = (): number => approximateNormalQuantile((even() + HALF_STEP) / (1 + 2 * HALF_STEP));
  return { even, normal };
}

export interface Shape {
  readonly count: number;
  readonly period: number;
  /** Height of the season, in deviations of the noise. */
  readonly season: number;
  /** Change of the level from one step to the next, in the same. */
  readonly slope: number;
  /** Share of an error that remains one step later, 0..1. */
  readonly memory: number;
}

/** 50 + trend + a sine of the period + autoregressive noise. */
export function drawSeries(draws: Draws, { count, period, season, slope, memory }: Shape): Float64Array {
  let noise = 0;
  return new Float64Array(count).map((_, at) => {
    noise = memory * noise + draws.normal();
    return 50 + slope * at + season * Math.sin((2 * Math.PI * at) / period) + noise;
  });
}
