import { midmean, slopeOf } from './robust.ts';

/** What a step of a series (a day of daily costs) teaches of usual ones: its value, or null while it belongs to an anomaly. */
export interface UsualStep {
  /** Steps since 1970. */
  readonly step: number;
  readonly usual: number | null;
}

/** What a step should be, without knowing what it was. */
export interface Expectation {
  readonly value: number;
  /** What a relative residual of 1 stands for: the expected value, or a tenth of the usual size where it is near zero. */
  readonly unit: number;
}

/** Of each step of a season so many are needed before it differs from others. */
const LEAST_SEASONS = 2;
const LEAST_STEPS = 14;
/** Steps whose middle half is the level. */
const LEVEL_STEPS = 28;
/** The newest are left out of the level, so that a change does not hide itself. */
const NEWEST_STEPS = 4;
/** A trend is carried on by half of its slope: trends seldom last, and a lasting change looks like one. */
const DAMPING = 0.5;
/** After a gap the trend is carried no further than this. */
const MOST_REACH_STEPS = 60;
const LEAST_UNIT_SHARE = 0.1;

/**
 * What a step should be by those before it: the middle of the last four weeks of daily values, with half of the trend, times what its
 * place in the season (its weekday) has of the mean. `null` before there are 14 steps. Example: 100 on workdays, 50 on weekends, for a
 * month: 50 on the next Saturday.
 */
export function expectedAt(step: number, history: readonly UsualStep[], seasonSteps: number): Expectation | null {
  const usual = history.filter((kept): kept is { step: number; usual: number } => kept.usual !== null);
  if (usual.length < LEAST_STEPS) return null;
  const share = seasonShares(usual, seasonSteps);
  const flat = usual.flatMap((kept): (readonly [number, number])[] => {
    const of = share(kept.step);
    return of === 0 ? [] : [[kept.step, kept.usual / of]];
  });
  if (flat.length === 0) return { value: 0, unit: 0 };
  const slope = DAMPING * (slopeOf(flat) ?? 0);
  const settled = flat.filter(([at]) => at < step - NEWEST_STEPS).slice(-LEVEL_STEPS);
  const level = midmean(settled.map(([at, value]) => value + slope * Math.min(step - at, MOST_REACH_STEPS))) ?? 0;
  const size = flat.reduce((sum, [, value]) => sum + Math.abs(value), 0) / flat.length;
  const value = level * share(step);
  return { value, unit: Math.max(Math.abs(value), LEAST_UNIT_SHARE * size) };
}

/** What each place of the season has of the mean of the season around it, by its middle half; 1 where that is not known. */
function seasonShares(
  usual: readonly { readonly step: number; readonly usual: number }[],
  seasonSteps: number,
): (step: number) => number {
  const byStep = new Map(usual.map((kept) => [kept.step, kept.usual]));
  const shares: number[][] = Array.from({ length: seasonSteps }, () => []);
  for (const { step, usual: value } of usual) {
    const mean = meanAround(step, byStep, seasonSteps);
    if (mean !== null && mean !== 0 && value / mean >= 0) shares[step % seasonSteps]?.push(value / mean);
  }
  const middles = shares.map((of) => (of.length < LEAST_SEASONS ? null : midmean(of)));
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
