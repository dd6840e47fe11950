import { DAY_MS, HOUR_MS } from '../../platform/units/durations.ts';
import { type ChangeOptions, type ChangeState, createChangeJudge } from './change-judge.ts';
import type { Episode, Judge, Judgement } from './episodes.ts';
import { createNoveltyJudge, type NoveltyState } from './novelty-judge.ts';
import { computeMedian } from './robust.ts';

export type Method = 'changes' | 'novelty';

/** State of a detector as plain data, so that it can be stored as JSON and continued. */
export type DetectorState =
  | { readonly method: null; readonly first: readonly (readonly [at: number, value: number])[] }
  | { readonly method: 'changes'; readonly options: ChangeOptions; readonly changes: ChangeState }
  | { readonly method: 'novelty'; readonly novelty: NoveltyState };

/** Judges a series point by point, using only the points before. */
export interface Detector {
  /**
   * Judges the next point: milliseconds since 1970 and a finite value. A point that is not later than the previous one is
   * judged but not learned.
   */
  push(at: number, value: number): Judgement;
  /** The open episode; null if there is none. */
  open(): Episode | null;
  /** The detection method; null until there are enough points to estimate their interval. */
  method(): Method | null;
  state(): DetectorState;
}

/** Number of points used to estimate the interval between points. */
const FIRST_POINTS = 16;
/** Maximum number of points to wait for an estimate, for a series with non-increasing times. */
const MOST_FIRST_POINTS = 200;
const LEAST_DAY_MS = 20 * HOUR_MS;
const MOST_DAY_MS = 28 * HOUR_MS;
const WEEK_STEPS = 7;

/**
 * Creates a detector, or continues one from its state `restored`. A series with at most one point a day is judged by changes
 * of its level; a series with more points by the novelty of its values. Example: `const { score } =
 * detector.push(Date.parse('2026-11-01'), 1250)`.
 */
export function createDetector(restored: DetectorState = { method: null, first: [] }): Detector {
  let state = restored;
  let judge = selectJudge(state);
  return {
    push: (at, value) => {
      if (judge !== null) return judge.judge(at, value);
      const first = state.method === null ? [...state.first, [at, value] as const] : [];
      state = createState(first);
      judge = selectJudge(state);
      first.forEach(([earlier, one]) => void judge?.judge(earlier, one));
      return { score: null, expected: null, ended: null };
    },
    open: () => judge?.open() ?? null,
    method: () => state.method,
    state: () => updateState(state, judge),
  };
}

function createState(first: readonly (readonly [at: number, value: number])[]): DetectorState {
  const steps = first.slice(1).map(([at], index) => at - (first[index]?.[0] ?? at));
  const forward = steps.filter((step) => step > 0);
  if (forward.length < FIRST_POINTS - 1 && first.length < MOST_FIRST_POINTS) return { method: null, first };
  const stepMs = computeMedian(forward) ?? 0;
  if (stepMs < LEAST_DAY_MS) return { method: 'novelty', novelty: createNoveltyJudge().state() };
  const isDaily = stepMs <= MOST_DAY_MS;
  const options = { stepMs: isDaily ? DAY_MS : stepMs, seasonSteps: isDaily ? WEEK_STEPS : 1, monthly: isDaily };
  return { method: 'changes', options, changes: createChangeJudge(options).state() };
}

type AnyJudge = Pick<Judge<unknown>, 'judge' | 'open'> & { readonly keep: () => DetectorState };

function selectJudge(state: DetectorState): AnyJudge | null {
  if (state.method === null) return null;
  if (state.method === 'novelty') {
    const judge = createNoveltyJudge(state.novelty);
    return { ...judge, keep: () => ({ method: 'novelty', novelty: judge.state() }) };
  }
  const { options } = state;
  const judge = createChangeJudge(options, state.changes);
  return { ...judge, keep: () => ({ method: 'changes', options, changes: judge.state() }) };
}

function updateState(state: DetectorState, judge: AnyJudge | null): DetectorState {
  return judge === null ? state : judge.keep();
}
