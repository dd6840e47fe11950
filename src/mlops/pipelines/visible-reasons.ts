import type { PipelineRun } from './schema.ts';

/** A run whose reasons are shown as a caller may read them. `hide` replaces a sentence that names what the caller may not read. */
export function limitReasons(run: PipelineRun, hide: (text: string) => string): PipelineRun {
  const hideOrNull = (text: string | null) => (text === null ? null : hide(text));
  return {
    ...run,
    stepList: run.stepList.map((step) => ({
      ...step,
      reason: hideOrNull(step.reason),
      attempts: step.attempts.map((attempt) => ({ ...attempt, reason: hideOrNull(attempt.reason) })),
      capacity: step.capacity.map((choice) => ({ ...choice, reason: hide(choice.reason) })),
    })),
  };
}
