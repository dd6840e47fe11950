import { computeMidmean, estimateSlope } from './robust.ts';

/** Contribution of a step of a series (a day of daily costs) to the normal level: its value, or null while it belongs to an anomaly. */
export interface UsualStep {
  /** Steps since 1970. */
  readonly step: number;
  readonly usual: number | null;
}

/** Expected value of a step, independent of its actual value. */
export interface Expectation {
  readonly value: number;
  /** Unit of a relative residual: the expected value, or a tenth of the typical size if the expected value is near zero. */
  readonly unit: number;
}

/** Minimum number of values of each step of a season before it gets a separate share. */
const LEAST_SEASONS = 2;
const LEAST_STEPS = 14;
/** Number of steps for the level: the mean of their middle half. */
const LEVEL_STEPS = 28;
/** The newest steps are left out of the level, so that a change does not hide itself. */
const NEWEST_STEPS = 4;
/** A trend is extrapolated with half of its slope: trends seldom last, and a lasting change looks like one. */
const DAMPING = 0.5;
/** Maximum number of steps over which a trend is extrapolated after a gap. */
const MOST_REACH_STEPS = 60;
const LEAST_UNIT_SHARE = 0.1;

/**
 * Expected value of a step from the earlier steps: the mean of the middle half of the last four weeks of daily values, with
 * half of the trend, times the seasonal share of the step (its weekday). `null` with fewer than 14 steps. Example: 100 on
 * workdays, 50 on weekends, for a month: 50 on the next Saturday.
 */
export function computeExpectation(
  step: number,
  history: readonly UsualStep[],
  seasonSteps: number,
): Expectation | null {
  const usual = history.filter((kept): kept is { step: number; usual: number } => kept.usual !== null);
  if (usual.length < LEAST_STEPS) return null;
  const share = computeSeasonShares(usual, seasonSteps);
  const flat = usual.flatMap((kept): (readonly [number, number])[] => {
    const of = share(kept.step);
    return of === 0 ? [] : [[kept.step, kept.usual / of]];
  });
  if (flat.length === 0) return { value: 0, unit: 0 };
  const slope = DAMPING * (estimateSlope(flat) ?? 0);
  const settled = flat.filter(([at]) => at < step - NEWEST_STEPS).slice(-LEVEL_STEPS);
  const level =
    computeMidmean(settled.map(([at, value]) => value + slope * Math.min(step - at, MOST_REACH_STEPS))) ?? 0;
  const size = flat.reduce((sum, [, value]) => sum + Math.abs(value), 0) / flat.length;
  const value = level * share(step);
  return { value, unit: Math.max(Math.abs(value), LEAST_UNIT_SHARE * size) };
}

/** Ratio of each step of the season to the mean of the season around it, by the middle half of the ratios; 1 if unknown. */
function computeSeasonShares(
  usual: readonly { readonly step: number; readonly usual: number }[],
  seasonSteps: number,
): (step: number) => number {
  const byStep = new Map(usual.map((kept) => [kept.step, kept.usual]));
  const shares: number[][] = Array.from({ length: seasonSteps }, () => []);
  for (const { step, usual: value } of usual) {
    const mean = meanAround(step, byStep, seasonSteps);
    if (mean !== null && mean !== 0 && value / mean >= 0) shares[step % seasonSteps]?.push(value / mean);
  }
  const middles = shares.map((of) => (of.length < LEAST_SEASONS ? null : computeMidmean(of)));
  return (step) => {
    const share = middles[step % seasonSteps] ?? 1;
    // Nothing at weekends is as usual as anything; a share below zero is none.
    return share >= 0 ? share : 1;
  };
}

/** A step that is missing is taken from the season before or after it. */
function meanAround(step: number, byStep: ReadonlyMap<number, number>, seasonSteps: number): number | null {
  let sum = 0;
  for (let offset = 0; offset < seasonSteps; offset += 1) {
    const at = step + offset - (seasonSteps >> 1);
    const value = byStep.get(at) ?? byStep.get(at - seasonSteps) ?? byStep.get(at + seasonSteps);
    if (value === undefined) return null;
    sum += value;
  }
  return sum / seasonSteps;
}
