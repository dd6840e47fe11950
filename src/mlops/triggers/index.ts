import type { Events } from '../../platform/events/index.ts';
import { handle, type Plugin, type Route } from '../../platform/http/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { checkTriggers, findPipelines, refuseCircle } from '../pipeline-definition/index.ts';
import type { PipelineSpec } from '../pipeline-definition/schema.ts';
import { requirePipeline } from '../pipeline-runs/index.ts';
import { applyTriggers } from './apply.ts';
import type { TriggerDeps } from './context.ts';
import { createWebhookPlugin } from './door.ts';
import { listenForEvents } from './events.ts';
import { registerFiring } from './fire.ts';
import { readTriggers } from './list.ts';
import { listPipelineTriggers } from './schema.ts';
import { registerTurns } from './turns.ts';

export { type ObservedData, readDigest } from './data-digest.ts';
export { triggerMigrations } from './migrations.ts';

/** Starts runs without a person. */
export interface Triggers {
  /** Applies the triggers in the transaction that applies the pipeline. Error: `manifest_invalid`. */
  apply(sql: Sql, pipeline: string, spec: PipelineSpec): Promise<void>;
  readonly routes: readonly Route[];
  /** HTTP routes for webhooks of Git hosts. */
  readonly plugin: Plugin;
}

export function createTriggers(deps: TriggerDeps & { readonly events: Pick<Events, 'subscribe'> }): Triggers {
  registerFiring(deps);
  registerTurns(deps);
  listenForEvents(deps, deps.events);
  return {
    async apply(sql, pipeline, spec) {
      checkTriggers(spec);
      refuseCircle({ name: pipeline, spec }, await findPipelines(sql, null));
      await applyTriggers(deps, sql, pipeline, spec);
    },
    routes: [
      handle(listPipelineTriggers, async ({ params: { pipeline } }) => ({
        triggers: await readTriggers(deps.store, await requirePipeline(deps, pipeline)),
      })),
    ],
    plugin: createWebhookPlugin(deps),
  };
}
