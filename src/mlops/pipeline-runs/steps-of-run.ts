import type { Sql } from '../../platform/store/index.ts';
import type { DriveDeps, DrivenRun } from './context.ts';
import { type StoredStep, saveStep } from './store.ts';

/** Writes a step, in the store and in memory. The end time is never before the start time, even if the clock was set meanwhile. */
export async function save(
  { store }: Pick<DriveDeps, 'store'>,
  driven: DrivenRun,
  given: StoredStep,
  sql: Sql = store,
): Promise<StoredStep> {
  const { startedMs, endedMs } = given;
  const step = startedMs === null || endedMs === null ? given : { ...given, endedMs: Math.max(startedMs, endedMs) };
  await saveStep(sql, step);
  driven.steps.set(step.key, step);
  if (sql === store) driven.wake();
  return step;
}
