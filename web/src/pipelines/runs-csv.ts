import type { PipelineRunSummary } from '../../../src/mlops/pipelines/schema.ts';
import { toCsv } from '../format/csv.ts';
import { tookMs } from './run-times.ts';

const HEADER = [
  'pipeline',
  'number',
  'run',
  'state',
  'cause',
  'requestedBy',
  'commit',
  'createdAt',
  'startedAt',
  'endedAt',
  'durationMs',
  'stepsGood',
  'stepsBad',
  'stepsSkipped',
  'cost',
  'currency',
  'unpricedSteps',
] as const;

/** Runs with exact figures, as CSV. Unknown and pending values are empty. */
export function runsCsv(runs: readonly PipelineRunSummary[]): string {
  return toCsv(
    HEADER,
    runs.map((run) => [
      run.pipeline,
      String(run.number),
      run.run,
      run.state,
      run.cause.detail,
      run.requestedBy,
      run.commit,
      run.createdAt,
      run.startedAt,
      run.endedAt,
      computeDuration(run),
      String(run.steps.good),
      String(run.steps.bad),
      String(run.steps.skipped),
      run.cost?.amount ?? null,
      run.cost?.currency ?? null,
      String(run.unpricedSteps),
    ]),
  );
}

function computeDuration(run: PipelineRunSummary): string | null {
  const took = run.endedAt === null ? null : tookMs(run, 0);
  return took === null ? null : String(took);
}
