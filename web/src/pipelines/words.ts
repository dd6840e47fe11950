import type { Pipeline, PipelineRunSummary, PipelineStep } from '../../../src/mlops/pipelines/schema.ts';
import { counted } from '../format/number.ts';

export type State = PipelineStep['state'];

export const NO_PRICE = 'No price is known of what its steps held, or they are in several currencies.';
export const NOT_BEGUN = 'It has not begun.';
export const NO_COMMIT = 'Its code came without a Git commit.';
export const NO_RUN = 'It has not run yet.';

/** Tooltip of each state. */
export const STATE_MEANS: Readonly<Record<State, string>> = {
  waiting: 'It has not begun.',
  running: 'It runs now.',
  succeeded: 'It was made, and went well.',
  cached: 'Nothing that it stands on has changed: what it made before was taken, at no cost.',
  failed: 'It did not go well.',
  stopped: 'A person, a budget or its time ended it.',
  skipped: 'It never began.',
};

/** `3 pipelines; 1 runs now, and the latest run of 1 did not go well.` */
export function pipelinesAnswer(pipelines: readonly Pipeline[]): string {
  if (pipelines.length === 0) return 'No pipeline has been applied yet.';
  const states = pipelines.map(({ lastRun }) => lastRun?.state ?? null);
  const running = states.filter((state) => state === 'running' || state === 'waiting').length;
  const bad = states.filter((state) => state === 'failed' || state === 'stopped').length;
  const never = states.filter((state) => state === null).length;
  const parts = [
    running === 0 ? 'none runs now' : `${running} of them ${running === 1 ? 'runs' : 'run'} now`,
    ...(bad === 0 ? [] : [`the latest run of ${bad} did not go well`]),
    ...(never === 0 ? [] : [`${never} never ran`]),
  ];
  return `${counted(pipelines.length, 'pipeline')}: ${listed(parts)}.`;
}

/** `a, b and c`. */
export function listed(parts: readonly string[]): string {
  const last = parts.at(-1) ?? '';
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} and ${last}`;
}

/** `5 of 7 steps`, and the number of steps that did not succeed. */
export function stepsText({ waiting, running, good, bad, skipped }: PipelineRunSummary['steps']): string {
  const all = waiting + running + good + bad + skipped;
  const rest = [
    ...(bad === 0 ? [] : [`${bad} not well`]),
    ...(skipped === 0 ? [] : [`${skipped} skipped`]),
    ...(running === 0 ? [] : [`${running} running`]),
  ];
  return `${good} of ${all}${rest.length === 0 ? '' : `; ${rest.join(', ')}`}`;
}

/** Cause of a run in few words, shown next to its author. */
export function causeText({ kind, detail }: PipelineRunSummary['cause']): string {
  return kind === 'manual' ? 'asked for' : detail;
}

/** `7 of 9 done, 1 running`, of a matrix. */
export function groupStatesText(steps: readonly PipelineStep[]): string {
  const count = (...states: State[]) => steps.filter(({ state }) => states.includes(state)).length;
  const bad = count('failed', 'stopped');
  const running = count('running');
  return [
    `${count('succeeded', 'cached')} of ${steps.length} done`,
    ...(running === 0 ? [] : [`${running} running`]),
    ...(bad === 0 ? [] : [`${bad} not well`]),
  ].join(', ');
}

/** The same in a few words, for the picture: `7 of 9, 1 not well`. */
export function shortStatesText(steps: readonly PipelineStep[]): string {
  const good = steps.filter(({ state }) => state === 'succeeded' || state === 'cached').length;
  const bad = steps.filter(({ state }) => state === 'failed' || state === 'stopped').length;
  return `${good} of ${steps.length}${bad === 0 ? ' done' : `, ${bad} not well`}`;
}

/**
 * Result of a built-in step in one line: `promote: …`, `train[lr=0.7], 0.91`, `ranker version 3`; null when it has none
 * of them.
 */
export function saidText({ verdict, summary, step, value, model, version }: PipelineStep['values']): string | null {
  if (verdict !== undefined) return summary ?? verdict;
  if (model !== undefined && version !== undefined) return `${model} version ${version}`;
  return step !== undefined && value !== undefined ? `the best is ${step}, ${value}` : null;
}
