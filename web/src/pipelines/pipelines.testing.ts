import type { PipelineRunSummary, PipelineStep } from '../../../src/mlops/pipelines/schema.ts';

/** For tests: a step that has not started. */
export function stepNamed(step: string, rest: Partial<PipelineStep> = {}): PipelineStep {
  return {
    step,
    name: step.split('[')[0] ?? step,
    kind: 'run',
    needs: [],
    nodes: 1,
    queue: null,
    state: 'waiting',
    reason: null,
    explanation: null,
    attempt: 0,
    startedAt: null,
    endedAt: null,
    cost: null,
    mlflowRun: null,
    values: {},
    files: [],
    attempts: [],
    capacity: [],
    taken: null,
    ...rest,
  };
}

/** For tests: a run of one step that took four seconds. */
export function runNumbered(number: number, rest: Partial<PipelineRunSummary> = {}): PipelineRunSummary {
  return {
    run: String(number).padStart(32, '0'),
    pipeline: 'training',
    number,
    state: 'succeeded',
    cause: { kind: 'manual', detail: 'asked for by ada' },
    requestedBy: 'ada',
    commit: null,
    createdAt: '2026-11-17T14:00:00.000Z',
    startedAt: '2026-11-17T14:00:01.000Z',
    endedAt: '2026-11-17T14:00:05.000Z',
    steps: { waiting: 0, running: 0, good: 1, bad: 0, skipped: 0 },
    cost: { amount: '0.04', currency: 'USD' },
    unpricedSteps: 0,
    mlflowRun: 'f'.repeat(32),
    experiment: '1',
    ...rest,
  };
}
