import { AppError } from '../../platform/errors/index.ts';
import { resolveSecret } from '../../platform/secrets/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import type { StoredPipeline } from '../pipeline-definition/index.ts';
import { kindOf, namedTriggers, type Trigger } from '../pipeline-definition/schema.ts';
import type { PipelineTrigger } from './schema.ts';
import { lastDecisions, type TriggerState, triggerStates } from './store.ts';
import { waitsFor } from './words.ts';

/** Triggers of a pipeline with their history. */
export async function shownTriggers(sql: Sql, { name: pipeline, spec }: StoredPipeline): Promise<PipelineTrigger[]> {
  const states = new Map((await triggerStates(sql, pipeline)).map((state) => [state.name, state]));
  const shown: PipelineTrigger[] = [];
  for (const { name, trigger } of namedTriggers(spec.on)) {
    const state = states.get(name);
    if (state === undefined) throw new Error(`trigger ${name} of ${pipeline} has no stored state`);
    const decisions = await shownDecisions(sql, state);
    const { sinceMs, nextAt, digest } = state;
    const problem = state.problem ?? (await secretProblem(trigger));
    const since = new Date(sinceMs).toISOString();
    shown.push({
      trigger: name,
      kind: kindOf(trigger),
      waitsFor: waitsFor(trigger),
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
async function secretProblem(trigger: Trigger): Promise<string | null> {
  if (!('push' in trigger)) return null;
  try {
    await resolveSecret(trigger.push.secret);
    return null;
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
}

async function shownDecisions(sql: Sql, { pipeline, name }: TriggerState): Promise<PipelineTrigger['decisions']> {
  return (await lastDecisions(sql, pipeline, name)).map(({ atMs, detail, outcome, reason, run, number, commit }) => ({
    at: new Date(atMs).toISOString(),
    detail,
    outcome,
    reason,
    run,
    number,
    commit,
  }));
}
