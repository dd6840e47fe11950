import type { Sql } from '../../../platform/store/index.ts';
import type { DriveDeps, DrivenRun } from './context.ts';
import { putStep, type StoredStep } from './store.ts';

/** Writes a step, in the store and in memory. */
export async function save(
  { store }: Pick<DriveDeps, 'store'>,
  driven: DrivenRun,
  step: StoredStep,
  sql: Sql = store,
): Promise<StoredStep> {
  await putStep(sql, step);
  driven.steps.set(step.key, step);
  if (sql === store) driven.wake();
  return step;
}
