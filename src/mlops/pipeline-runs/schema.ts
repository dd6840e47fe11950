import { z } from 'zod';

export const RunState = z
  .enum(['waiting', 'running', 'succeeded', 'failed', 'stopped'])
  .describe(
    '`waiting`: others of the pipeline run now; `stopped`: by a person or a budget, with the reason at its steps',
  );
export type RunState = z.infer<typeof RunState>;

export const StepState = z
  .enum(['waiting', 'running', 'succeeded', 'cached', 'failed', 'stopped', 'skipped'])
  .describe(
    '`cached`: what it made before was taken; `stopped`: by a person, a budget or its time; `skipped`: never begun, with the reason',
  );
export type StepState = z.infer<typeof StepState>;

/** Whether a run or step is over. */
export function isOver(state: RunState | StepState): boolean {
  return state !== 'waiting' && state !== 'running';
}

/** Whether steps that depend on a step in this state can start. */
export function isGood(state: StepState): boolean {
  return state === 'succeeded' || state === 'cached';
}
