import type { Sql } from '../../../platform/store/index.ts';
import type { DriveDeps, DrivenRun } from './context.ts';
import { putStep, type StoredStep } from './store.ts';

/** Writes a step, in the store and in memory. One that ended did so after it began, whatever the clock was set to meanwhile. */
export async function save(
  { store }: Pick<DriveDeps, 'store'>,
  driven: DrivenRun,
  given: StoredStep,
  sql: Sql = store,
): Promise<StoredStep> {
  const { startedMs, endedMs } = given;
  const step = startedMs === null || endedMs === null ? given : { ...given, endedMs: Math.max(startedMs, endedMs) };
  await putStep(sql, step);
  driven.steps.set(step.key, step);
  if (sql === store) driven.wake();
  return step;
}
