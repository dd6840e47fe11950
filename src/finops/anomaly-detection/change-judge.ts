import { type Change, findLatestChange, LONGEST_CHANGE_STEPS } from './change-chart.ts';
import { buildEpisode, type Episode, type EpisodePoint, type Judge, type Judgement, toScore } from './episodes.ts';
import { computeMidmean, estimateDependence, estimateDeviation } from './robust.ts';
import { findSameDaysOfMonth, subtractSeen } from './same-day-of-month.ts';
import { computeExpectation, type Expectation, type UsualStep } from './usual-level.ts';

/** Evaluation of a step. */
interface JudgedStep extends UsualStep {
  readonly at: number;
  readonly value: number;
  readonly expected: number | null;
  /** (value - expected) / unit; null while nothing was expected. */
  readonly residual: number | null;
  /** In standard deviations, minus the part seen on the same day of earlier months. */
  readonly z: number | null;
  /** The residual, if it is used to estimate the noise. */
  readonly noise: number | null;
  /** One standard deviation, in the unit of the values; null while nothing was expected. */
  readonly spread: number | null;
}

interface OpenChange {
  readonly fromStep: number;
  readonly direction: 1 | -1;
  /** Its size in standard deviations of a step. */
  readonly size: number;
  /** Evidence that the usual is back (log likelihood ratio), and since which step it speaks. */
  readonly calm: number;
  readonly calmFromStep: number;
}

/** State of the judge as plain data. */
export interface ChangeState {
  readonly steps: readonly JudgedStep[];
  /** First step that the chart reads; null: all retained steps. */
  readonly chartFromStep: number | null;
  readonly open: OpenChange | null;
}

export interface ChangeOptions {
  /** Milliseconds from one step to the next. */
  readonly stepMs: number;
  /** Steps of a season: 7 for days, 1 for none. */
  readonly seasonSteps: number;
  /** Whether steps are days of months. */
  readonly monthly: boolean;
  /** Alarm threshold of the chart, in standard deviations; default 3.5. */
  readonly alarmStrength?: number;
  /** Lower bound of the noise, as a share of the expected value; default 0.04. */
  readonly leastDeviation?: number;
}

/** A judge of level changes. A caller can accept an open change as the new normal level. */
export interface ChangeJudge extends Judge<ChangeState> {
  /** Closes the open change: its values become the normal level. Returns its episode; null if no change is open. */
  accept(): Episode | null;
  /** Expected value of the newest step and its standard deviation; null while there is no expectation. */
  newest(): { readonly expected: number | null; readonly spread: number | null };
}

/** Alarm threshold in standard deviations: about two false alarms a year on series like those of docs/anomalies.md. */
export const ALARM_STRENGTH = 3.5;
const KEPT_STEPS = 91;
const WARM_UP_STEPS = 28;
/** After this many steps, a change becomes the new normal level. */
const LASTING_STEPS = LONGEST_CHANGE_STEPS;
/** Log likelihood ratio for a return to the normal level: odds of 400 to 1. */
const CALM_EVIDENCE = 6;
const LEAST_CHANGE_SIZE = 2;
/** Lower bound of the noise, as a share of the expected value: smaller changes raise no alarm, even in a very regular series. */
const LEAST_DEVIATION = 0.04;
/** A small sample of residuals underestimates the deviation. */
const SMALL_SAMPLE = 4;
const NOTABLE_DEVIATIONS = 3;
const OUTLIER_DEVIATIONS = 4;

/**
 * Judges a series with few points (daily costs) by changes of its level. The expected value of a step comes from the earlier
 * steps, and the difference feeds a chart of likelihood ratios. An alarm opens an episode. Its values are not learned until
 * the series returns to its normal level, or until they become the normal level after 14 steps.
 */
export function createChangeJudge(
  { stepMs, seasonSteps, monthly, alarmStrength = ALARM_STRENGTH, leastDeviation = LEAST_DEVIATION }: ChangeOptions,
  restored?: ChangeState,
): ChangeJudge {
  let state: ChangeState = restored ?? { steps: [], chartFromStep: null, open: null };
  return {
    judge: (at, value) => {
      const step = monthly ? Math.floor(at / stepMs) : Math.round(at / stepMs);
      const expectation = computeExpectation(step, state.steps, seasonSteps);
      if (expectation === null) return learnFirst(at, step, value);
      const judged = judgeStep({ at, step, value }, expectation, state.steps, { monthly, leastDeviation });
      const latest = state.steps.at(-1)?.step ?? Number.NEGATIVE_INFINITY;
      if (step <= latest) return alone(judged, expectation);
      const ready = state.steps.length >= WARM_UP_STEPS;
      const seen = { ...state, steps: [...state.steps, judged].slice(-KEPT_STEPS) };
      const { next, strength, ended } = advance(seen, ready, alarmStrength);
      state = next;
      return { score: ready ? toScore(strength, alarmStrength) : null, expected: expectation.value, ended };
    },
    accept: () => {
      const { open } = state;
      const last = state.steps.at(-1);
      if (open === null || last === undefined) return null;
      const ended = buildEpisodeFrom(state.steps, open.fromStep, true, false);
      state = acceptChange(state, open, last.step);
      return ended;
    },
    newest: () => ({ expected: state.steps.at(-1)?.expected ?? null, spread: state.steps.at(-1)?.spread ?? null }),
    open: () => (state.open === null ? null : buildEpisodeFrom(state.steps, state.open.fromStep, false, true)),
    state: () => state,
  };

  function learnFirst(at: number, step: number, value: number): Judgement {
    const known = state.steps.some((kept) => kept.step >= step);
    const first = { at, step, value, usual: value, expected: null, residual: null, z: null, noise: null, spread: null };
    if (!known) state = { ...state, steps: [...state.steps, first].slice(-KEPT_STEPS) };
    return { score: null, expected: null, ended: null };
  }

  /** A repeated or late step is judged but not learned. */
  function alone({ z }: JudgedStep, { value: expected }: Expectation): Judgement {
    const ready = state.steps.length >= WARM_UP_STEPS;
    return { score: ready ? toScore(Math.abs(z ?? 0), alarmStrength) : null, expected, ended: null };
  }
}

function judgeStep(
  { at, step, value }: { readonly at: number; readonly step: number; readonly value: number },
  { value: expected, unit }: Expectation,
  steps: readonly JudgedStep[],
  { monthly, leastDeviation }: { readonly monthly: boolean; readonly leastDeviation: number },
): JudgedStep {
  const residual = unit === 0 ? Math.sign(value) : (value - expected) / unit;
  const noises = steps.flatMap(({ noise }) => (noise === null ? [] : [noise]));
  const sd = Math.max(leastDeviation, estimateDeviation(noises) ?? 0) * (1 + SMALL_SAMPLE / Math.max(1, noises.length));
  const months = monthly ? findSameDaysOfMonth(step) : [];
  const seen = steps.flatMap((kept) => (months.includes(kept.step) && kept.residual !== null ? [kept.residual] : []));
  const notable = seen.filter((one) => Math.abs(one) > NOTABLE_DEVIATIONS * sd);
  const beyond = subtractSeen(residual, notable);
  const z = beyond / sd;
  const teaches = beyond === residual && Math.abs(z) <= OUTLIER_DEVIATIONS;
  return {
    at,
    step,
    value,
    expected,
    residual,
    z,
    noise: beyond === residual ? residual : null,
    spread: sd * (unit === 0 ? 1 : unit),
    usual: teaches ? value : expected,
  };
}

interface Advanced {
  readonly next: ChangeState;
  readonly strength: number;
  readonly ended: Episode | null;
}

/** Opens, continues or ends an episode by the newest step. */
function advance(state: ChangeState, ready: boolean, alarmStrength: number): Advanced {
  const change = findChartChange(state);
  const strength = change?.strength ?? 0;
  if (state.open === null)
    return { next: ready ? openChange(state, change, alarmStrength) : state, strength, ended: null };
  const open = calmChange(state.open, state.steps.at(-1));
  const held = { ...state, open, steps: dropTeaching(state.steps, open.fromStep) };
  if (open.calm >= CALM_EVIDENCE) {
    const before = held.steps.filter(({ step }) => step < open.calmFromStep);
    const ended = buildEpisodeFrom(before, open.fromStep, false, false);
    const steps = restoreTeaching(held.steps, open.calmFromStep, 1);
    const next = { steps, open: null, chartFromStep: open.calmFromStep };
    return { next: openChange(next, findChartChange(next), alarmStrength), strength, ended };
  }
  const last = held.steps.at(-1)?.step ?? open.fromStep;
  if (last - open.fromStep + 1 < LASTING_STEPS) return { next: held, strength, ended: null };
  return {
    next: acceptChange(held, open, last),
    strength,
    ended: buildEpisodeFrom(held.steps, open.fromStep, true, false),
  };
}

function findChartChange({ steps, chartFromStep }: ChangeState): Change | null {
  const residuals = steps.flatMap(({ step, z }) => (z === null || step < (chartFromStep ?? step) ? [] : [z]));
  const noises = steps.flatMap(({ noise, z }) => (noise === null || z === null ? [] : [z]));
  return findLatestChange(residuals, estimateDependence(noises));
}

function openChange(state: ChangeState, change: Change | null, alarmStrength: number): ChangeState {
  if (change === null || change.strength < alarmStrength) return state;
  const fromStep = state.steps.at(-change.steps)?.step ?? 0;
  const size = Math.max(LEAST_CHANGE_SIZE, change.strength / Math.sqrt(change.steps));
  const open = { fromStep, direction: change.direction, size, calm: 0, calmFromStep: fromStep };
  return { ...state, open, steps: dropTeaching(state.steps, fromStep) };
}

/** Page’s test in reverse: the log likelihood ratio of the usual against the change, no less than zero. */
function calmChange(open: OpenChange, newest: JudgedStep | undefined): OpenChange {
  if (newest === undefined || newest.z === null) return open;
  const calm = Math.max(0, open.calm + (open.size / 2 - open.direction * newest.z) * open.size);
  return { ...open, calm, calmFromStep: open.calm === 0 ? newest.step : open.calmFromStep };
}

function dropTeaching(steps: readonly JudgedStep[], fromStep: number): JudgedStep[] {
  return steps.map((kept) => (kept.step < fromStep ? kept : { ...kept, usual: null, noise: null }));
}

function restoreTeaching(steps: readonly JudgedStep[], fromStep: number, ratioBefore: number): JudgedStep[] {
  return steps.map((kept) => {
    if (kept.step >= fromStep) return { ...kept, usual: kept.value, noise: kept.residual };
    return { ...kept, usual: kept.usual === null ? null : kept.usual * ratioBefore };
  });
}

/** The values of the change become the normal level. The values before are scaled to that level, or forgotten if that is impossible. */
function acceptChange(state: ChangeState, open: OpenChange, last: number): ChangeState {
  const during = state.steps.filter(({ step }) => step >= open.fromStep);
  const ratio = computeMidmean(
    during.flatMap(({ value, expected }) => (expected === null || expected === 0 ? [] : [value / expected])),
  );
  const scalable = ratio !== null && ratio > 0;
  const known = scalable ? state.steps : during;
  const steps = restoreTeaching(known, open.fromStep, scalable ? ratio : 1).map((kept) =>
    kept.step < open.fromStep ? kept : { ...kept, noise: null },
  );
  return { steps, open: null, chartFromStep: last + 1 };
}

function buildEpisodeFrom(
  steps: readonly JudgedStep[],
  fromStep: number,
  lasting: boolean,
  open: boolean,
): Episode | null {
  const points = steps.flatMap(({ at, step, value, expected }): EpisodePoint[] =>
    step < fromStep || expected === null ? [] : [{ at, value, expected }],
  );
  return buildEpisode(points, { lasting, open });
}
