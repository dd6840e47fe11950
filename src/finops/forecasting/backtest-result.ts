import type { Spread } from './conformal.ts';

/** Quality of the combination at earlier origins; null without a judged outcome. */
export interface BacktestResult {
  /** Origins from which it was tried. */
  readonly origins: number;
  /** Outcomes that were judged. */
  readonly outcomes: number;
  /** Mean absolute error in that of the value one season ago, within the series; below 1 is better than repeating it. */
  readonly mase: number | null;
  /** Mean of 200 |error| / (|outcome| + |forecast|), in percent points 0..200. */
  readonly smape: number | null;
  /** By level: share of the outcomes within the interval, 0..1. */
  readonly coverage: readonly { readonly level: number; readonly share: number | null }[];
}

/** One origin: its errors (outcome minus forecast, NaN if unknown), and the error spread estimated from the other origins. */
export interface Round {
  readonly errors: Float64Array;
  readonly outcomes: Float64Array;
  readonly spread: Spread | null;
}

/** Aggregates the rounds; `naive` is the mean absolute change over one season, null if there is none. */
export function judge(rounds: readonly Round[], levels: readonly number[], naive: number | null): BacktestResult {
  const held = levels.map(() => 0);
  let judged = 0;
  let count = 0;
  let absolute = 0;
  let relative = 0;
  for (const { errors, outcomes, spread } of rounds) {
    for (let step = 0; step < errors.length; step += 1) {
      const error = errors[step] as number;
      if (Number.isNaN(error)) continue;
      const outcome = outcomes[step] as number;
      const size = Math.abs(outcome) + Math.abs(outcome - error);
      count += 1;
      absolute += Math.abs(error);
      relative += size === 0 ? 0 : (200 * Math.abs(error)) / size;
      if (spread === null) continue;
      judged += 1;
      for (const [index, level] of levels.entries()) {
        if (Math.abs(error) <= spread.halfWidth(level, step)) held[index] = (held[index] as number) + 1;
      }
    }
  }
  return {
    origins: rounds.length,
    outcomes: count,
    mase: count === 0 || naive === null ? null : absolute / count / naive,
    smape: count === 0 ? null : relative / count,
    coverage: levels.map((level, index) => ({ level, share: judged === 0 ? null : (held[index] as number) / judged })),
  };
}
