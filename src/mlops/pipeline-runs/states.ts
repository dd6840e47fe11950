import { isAmong, type Sql } from '../../platform/store/index.ts';
import { RunState, StepState } from './schema.ts';

interface StateTables {
  pipeline_run: { id: string; state: string };
  pipeline_step: { run: string; step_key: string; state: string };
}

/** States of a run and of its steps, by step key. */
export interface StatesOfRun {
  readonly state: RunState;
  readonly steps: ReadonlyMap<string, StepState>;
}

export async function listStates(sql: Sql, runs: readonly string[]): Promise<Map<string, StatesOfRun>> {
  const tables = sql.tables<StateTables>();
  const found = await tables
    .selectFrom('pipeline_run')
    .select(['id', 'state'])
    .where(isAmong(sql, 'id', runs))
    .execute();
  const steps = await tables
    .selectFrom('pipeline_step')
    .select(['run', 'step_key', 'state'])
    .where(isAmong(sql, 'run', runs))
    .execute();
  const byRun = Map.groupBy(steps, ({ run }) => run);
  return new Map(
    found.map(({ id, state }) => [
      id,
      {
        state: RunState.parse(state),
        steps: new Map((byRun.get(id) ?? []).map((step) => [step.step_key, StepState.parse(step.state)])),
      },
    ]),
  );
}
