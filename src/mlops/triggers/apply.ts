import { z } from 'zod';
import type { Sql } from '../../platform/store/index.ts';
import type { PipelineSpec } from '../pipeline-definition/schema.ts';
import { namedTriggers, type Trigger } from '../pipeline-definition/schema.ts';
import type { TriggerDeps } from './context.ts';
import { putTriggerState, removeTrigger, type TriggerState, triggerStates } from './store.ts';
import { enqueueTurn, firstTurn } from './turns.ts';

/** Updates the triggers of a pipeline to its document. An unchanged trigger keeps its start time and its last observation. */
export async function applyTriggers(
  deps: TriggerDeps,
  sql: Sql,
  pipeline: string,
  { on }: Pick<PipelineSpec, 'on'>,
): Promise<void> {
  const named = namedTriggers(on);
  const before = new Map((await triggerStates(sql, pipeline)).map((state) => [state.name, state]));
  for (const { name, trigger } of named) {
    const old = before.get(name) ?? null;
    before.delete(name);
    if (old?.definition === definitionOf(trigger)) continue;
    const state = { ...freshState(deps.clock.now(), pipeline, name, trigger), ...seenBefore(old, trigger) };
    await putTriggerState(sql, state);
    await enqueueTurn(deps, sql, state, trigger);
  }
  for (const name of before.keys()) await removeTrigger(sql, pipeline, name);
}

function freshState(now: number, pipeline: string, name: string, trigger: Trigger): TriggerState {
  return {
    pipeline,
    name,
    definition: definitionOf(trigger),
    sinceMs: now,
    nextAt: firstTurn(trigger, now),
    digest: null,
    mark: null,
    changes: 0,
    problem: null,
  };
}

const Watched = z.looseObject({
  data: z.looseObject({ object: z.string().optional(), table: z.string().optional() }).optional(),
});

/** A changed poll interval on the same data keeps the last observation. */
function seenBefore(old: TriggerState | null, trigger: Trigger): Partial<TriggerState> {
  if (old === null || !('data' in trigger)) return {};
  const { data } = Watched.parse(JSON.parse(old.definition));
  const isSame = data?.object === trigger.data.object && data?.table === trigger.data.table;
  return isSame ? { digest: old.digest, mark: old.mark } : {};
}

/** Condition of the trigger, without the settings of its runs. */
function definitionOf({ params: _params, concurrency: _concurrency, name: _name, ...definition }: Trigger): string {
  return JSON.stringify(definition);
}
