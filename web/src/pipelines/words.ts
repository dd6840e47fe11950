import type { Pipeline, PipelineRunSummary, PipelineStep } from '../../../src/mlops/pipelines/schema.ts';
import { counted } from '../format/number.ts';

export type State = PipelineStep['state'];

export const NO_PRICE = 'The resources of its steps have no price, or several currencies.';
export const NOT_BEGUN = 'Not started yet.';
export const NO_COMMIT = 'Its code has no Git commit.';
export const NO_RUN = 'No run yet.';

/** Tooltip of each state. */
export const STATE_MEANS: Readonly<Record<State, string>> = {
  waiting: 'Not started yet.',
  running: 'Running.',
  succeeded: 'Completed.',
  cached: 'Its inputs are unchanged: the earlier result was reused, at no cost.',
  failed: 'Failed.',
  stopped: 'Ended by a person, a budget or a time limit.',
  skipped: 'Never started.',
};

/** `3 pipelines: 1 running and the latest run of 1 did not succeed.` */
export function pipelinesAnswer(pipelines: readonly Pipeline[]): string {
  if (pipelines.length === 0) return 'No pipeline has been applied yet.';
  const states = pipelines.map(({ lastRun }) => lastRun?.state ?? null);
  const running = states.filter((state) => state === 'running' || state === 'waiting').length;
  const bad = states.filter((state) => state === 'failed' || state === 'stopped').length;
  const never = states.filter((state) => state === null).length;
  const parts = [
    running === 0 ? 'none running' : `${running} running`,
    ...(bad === 0 ? [] : [`the latest run of ${bad} did not succeed`]),
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
    ...(bad === 0 ? [] : [`${bad} unsuccessful`]),
    ...(skipped === 0 ? [] : [`${skipped} skipped`]),
    ...(running === 0 ? [] : [`${running} running`]),
  ];
  return `${good} of ${all}${rest.length === 0 ? '' : `; ${rest.join(', ')}`}`;
}

/** Cause of a run in few words, shown next to its author. */
export function causeText({ kind, detail }: PipelineRunSummary['cause']): string {
  return kind === 'manual' ? 'requested' : detail;
}

/** States of a matrix: `7 of 9 done, 1 running`. */
export function groupStatesText(steps: readonly PipelineStep[]): string {
  const count = (...states: State[]) => steps.filter(({ state }) => states.includes(state)).length;
  const bad = count('failed', 'stopped');
  const running = count('running');
  return [
    `${count('succeeded', 'cached')} of ${steps.length} done`,
    ...(running === 0 ? [] : [`${running} running`]),
    ...(bad === 0 ? [] : [`${bad} unsuccessful`]),
  ].join(', ');
}

/** The same in a few words, for the picture: `7 of 9, 1 unsuccessful`. */
export function shortStatesText(steps: readonly PipelineStep[]): string {
  const good = steps.filter(({ state }) => state === 'succeeded' || state === 'cached').length;
  const bad = steps.filter(({ state }) => state === 'failed' || state === 'stopped').length;
  return `${good} of ${steps.length}${bad === 0 ? ' done' : `, ${bad} unsuccessful`}`;
}

/**
 * Result of a built-in step in one line: `promote: …`, `train[lr=0.7], 0.91`, `ranker version 3`; null when it has none
 * of them.
 */
export function formatStepResult({
  verdict,
  summary,
  step,
  value,
  model,
  version,
}: PipelineStep['values']): string | null {
  if (verdict !== undefined) return summary ?? verdict;
  if (model !== undefined && version !== undefined) return `${model} version ${version}`;
  return step !== undefined && value !== undefined ? `the best is ${step}, ${value}` : null;
}
