import { type ChangeOptions, type ChangeState, createChangeJudge } from './change-judge.ts';
import type { Episode, Judge, Judgement } from './episodes.ts';
import { createNoveltyJudge, type NoveltyState } from './novelty-judge.ts';
import { median } from './robust.ts';

export type Method = 'changes' | 'novelty';

/** What a detector remembers: plain data, so that it can be kept as JSON and continued. */
export type DetectorState =
  | { readonly method: null; readonly first: readonly (readonly [at: number, value: number])[] }
  | { readonly method: 'changes'; readonly options: ChangeOptions; readonly changes: ChangeState }
  | { readonly method: 'novelty'; readonly novelty: NoveltyState };

/** Judges a series point after point, by what has come and nothing else. */
export interface Detector {
  /**
   * Judges the next point: milliseconds since 1970 and a finite value. One that is not later than the one before is judged and teaches
   * nothing.
   */
  push(at: number, value: number): Judgement;
  /** The episode that goes on; null when there is none. */
  open(): Episode | null;
  /** How the series is judged; null until enough has come to see how often its points come. */
  method(): Method | null;
  state(): DetectorState;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Points by which it is told how often they come. */
const FIRST_POINTS = 16;
/** A series whose time stands still is not waited for. */
const MOST_FIRST_POINTS = 200;
const LEAST_DAY_MS = 20 * HOUR_MS;
const MOST_DAY_MS = 28 * HOUR_MS;
const WEEK_STEPS = 7;

/**
 * Makes a detector, or continues the one that left `restored`. A series with a point a day or fewer is judged by changes of its level,
 * one with more by what is new. Example: `const { score } = detector.push(Date.parse('2026-11-01'), 1250)`.
 */
export function createDetector(restored: DetectorState = { method: null, first: [] }): Detector {
  let state = restored;
  let judge = judgeOf(state);
  return {
    push: (at, value) => {
      if (judge !== null) return judge.judge(at, value);
      const first = state.method === null ? [...state.first, [at, value] as const] : [];
      state = stateFor(first);
      judge = judgeOf(state);
      first.forEach(([earlier, one]) => void judge?.judge(earlier, one));
      return { score: null, expected: null, ended: null };
    },
    open: () => judge?.open() ?? null,
    method: () => state.method,
    state: () => current(state, judge),
  };
}

function stateFor(first: readonly (readonly [at: number, value: number])[]): DetectorState {
  const steps = first.slice(1).map(([at], index) => at - (first[index]?.[0] ?? at));
  const forward = steps.filter((step) => step > 0);
  if (forward.length < FIRST_POINTS - 1 && first.length < MOST_FIRST_POINTS) return { method: null, first };
  const stepMs = median(forward) ?? 0;
  if (stepMs < LEAST_DAY_MS) return { method: 'novelty', novelty: createNoveltyJudge().state() };
  const isDaily = stepMs <= MOST_DAY_MS;
  const options = { stepMs: isDaily ? DAY_MS : stepMs, seasonSteps: isDaily ? WEEK_STEPS : 1, monthly: isDaily };
  return { method: 'changes', options, changes: createChangeJudge(options).state() };
}

type AnyJudge = Pick<Judge<unknown>, 'judge' | 'open'> & { readonly keep: () => DetectorState };

function judgeOf(state: DetectorState): AnyJudge | null {
  if (state.method === null) return null;
  if (state.method === 'novelty') {
    const judge = createNoveltyJudge(state.novelty);
    return { ...judge, keep: () => ({ method: 'novelty', novelty: judge.state() }) };
  }
  const { options } = state;
  const judge = createChangeJudge(options, state.changes);
  return { ...judge, keep: () => ({ method: 'changes', options, changes: judge.state() }) };
}

function current(state: DetectorState, judge: AnyJudge | null): DetectorState {
  return judge === null ? state : judge.keep();
}
