import type { PipelineRun } from '../../../src/mlops/pipelines/schema.ts';

/**
 * The budget that a reason names; null when it names none. Steps are stopped by `budget NAME` and refused by
 * `Budget "NAME" …`. A limit of the step or the run itself is no budget that has a page.
 * Example: `budget team-ml` -> `team-ml`; `exit code 3` -> null.
 */
export function budgetNamed(reason: string | null): string | null {
  const found = /^budget ([\w.-]+)$/.exec(reason ?? '') ?? /^Budget "([^"]+)"/.exec(reason ?? '');
  return found?.[1] ?? null;
}

/** Step that a budget refused, and the sentence of the refusal, where no step of the run has an attempt; null otherwise. */
export function findRefusal({
  state,
  stepList,
}: Pick<PipelineRun, 'state' | 'stepList'>): { readonly step: string; readonly reason: string } | null {
  if (state !== 'stopped' || stepList.some(({ attempts }) => attempts.length > 0)) return null;
  for (const { step, reason } of stepList) if (reason !== null && budgetNamed(reason) !== null) return { step, reason };
  return null;
}
