import { z } from 'zod';
import type { Sql } from '../../platform/store/index.ts';
import type { PipelineSpec } from '../pipeline-definition/schema.ts';
import { nameTriggers, type Trigger } from '../pipeline-definition/schema.ts';
import type { TriggerDeps } from './context.ts';
import { listTriggerStates, removeTrigger, saveTriggerState, type TriggerState } from './store.ts';
import { computeFirstTurn, enqueueTurn } from './turns.ts';

/** Updates the triggers of a pipeline to its document. An unchanged trigger keeps its start time and its last observation. */
export async function applyTriggers(
  deps: TriggerDeps,
  sql: Sql,
  pipeline: string,
  { on }: Pick<PipelineSpec, 'on'>,
): Promise<void> {
  const named = nameTriggers(on);
  const before = new Map((await listTriggerStates(sql, pipeline)).map((state) => [state.name, state]));
  for (const { name, trigger } of named) {
    const old = before.get(name) ?? null;
    before.delete(name);
    if (old?.definition === serializeDefinition(trigger)) continue;
    const state = { ...buildFreshState(deps.clock.now(), pipeline, name, trigger), ...selectSeenBefore(old, trigger) };
    await saveTriggerState(sql, state);
    await enqueueTurn(deps, sql, state, trigger);
  }
  for (const name of before.keys()) await removeTrigger(sql, pipeline, name);
}

function buildFreshState(now: number, pipeline: string, name: string, trigger: Trigger): TriggerState {
  return {
    pipeline,
    name,
    definition: serializeDefinition(trigger),
    sinceMs: now,
    nextAt: computeFirstTurn(trigger, now),
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
function selectSeenBefore(old: TriggerState | null, trigger: Trigger): Partial<TriggerState> {
  if (old === null || !('data' in trigger)) return {};
  const { data } = Watched.parse(JSON.parse(old.definition));
  const isSame = data?.object === trigger.data.object && data?.table === trigger.data.table;
  return isSame ? { digest: old.digest, mark: old.mark } : {};
}

/** Condition of the trigger, without the settings of its runs. */
function serializeDefinition({
  params: _params,
  concurrency: _concurrency,
  name: _name,
  ...definition
}: Trigger): string {
  return JSON.stringify(definition);
}
