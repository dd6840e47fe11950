import type { PipelineStep } from '../../../src/mlops/pipelines/schema.ts';
import { toCsv } from '../format/csv.ts';

/** Steps with exact figures, as CSV. */
export function stepsCsv(steps: readonly PipelineStep[]): string {
  return toCsv(
    ['step', 'state', 'reason', 'explanation', 'tries', 'startedAt', 'endedAt', 'cost', 'currency', 'mlflowRun'],
    steps.map((step) => [
      step.step,
      step.state,
      step.reason,
      step.explanation,
      String(step.attempt),
      step.startedAt,
      step.endedAt,
      step.cost?.amount ?? null,
      step.cost?.currency ?? null,
      step.mlflowRun,
    ]),
  );
}
