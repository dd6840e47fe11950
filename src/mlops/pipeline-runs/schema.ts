import { z } from 'zod';

export const RunState = z
  .enum(['waiting', 'running', 'succeeded', 'failed', 'stopped'])
  .describe(
    '`waiting`: the concurrency limit of the pipeline is reached; `stopped`: by an account or a budget, with the reason at its steps',
  );
export type RunState = z.infer<typeof RunState>;

export const StepState = z
  .enum(['waiting', 'running', 'succeeded', 'cached', 'failed', 'stopped', 'skipped'])
  .describe(
    '`cached`: an earlier result was reused; `stopped`: by an account, a budget or its timeout; `skipped`: not started, with the reason',
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
