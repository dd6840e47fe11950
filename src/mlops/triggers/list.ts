import { AppError } from '../../platform/errors/index.ts';
import { resolveSecret } from '../../platform/secrets/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import type { StoredPipeline } from '../pipeline-definition/index.ts';
import { nameTriggers, selectTriggerKind, type Trigger } from '../pipeline-definition/schema.ts';
import type { PipelineTrigger } from './schema.ts';
import { listLastDecisions, listTriggerStates, type TriggerState } from './store.ts';
import { describeCondition } from './words.ts';

/** Triggers of a pipeline with their history. */
export async function readTriggers(sql: Sql, { name: pipeline, spec }: StoredPipeline): Promise<PipelineTrigger[]> {
  const states = new Map((await listTriggerStates(sql, pipeline)).map((state) => [state.name, state]));
  const shown: PipelineTrigger[] = [];
  for (const { name, trigger } of nameTriggers(spec.on)) {
    const state = states.get(name);
    if (state === undefined) throw new Error(`trigger ${name} of ${pipeline} has no stored state`);
    const decisions = await readDecisions(sql, state);
    const { sinceMs, nextAt, digest } = state;
    const problem = state.problem ?? (await findSecretProblem(trigger));
    const since = new Date(sinceMs).toISOString();
    shown.push({
      trigger: name,
      kind: selectTriggerKind(trigger),
      waitsFor: describeCondition(trigger),
      since,
      nextAt,
      digest,
      problem,
      decisions,
    });
  }
  return shown;
}

/** Why the secret of a push cannot be read now, so that no delivery opens the trigger; null where it can, or none is needed. */
async function findSecretProblem(trigger: Trigger): Promise<string | null> {
  if (!('push' in trigger)) return null;
  try {
    await resolveSecret(trigger.push.secret);
    return null;
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
}

async function readDecisions(sql: Sql, { pipeline, name }: TriggerState): Promise<PipelineTrigger['decisions']> {
  return (await listLastDecisions(sql, pipeline, name)).map(
    ({ atMs, detail, outcome, reason, run, number, commit }) => ({
      at: new Date(atMs).toISOString(),
      detail,
      outcome,
      reason,
      run,
      number,
      commit,
    }),
  );
}
