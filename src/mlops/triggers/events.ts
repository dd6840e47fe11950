import { z } from 'zod';
import type { Events, StoredEvent } from '../../platform/events/index.ts';
import { findPipelines } from '../pipeline-definition/index.ts';
import { type EventTrigger, EventType, nameTriggers } from '../pipeline-definition/schema.ts';
import { findPipelineRun } from '../pipeline-runs/index.ts';
import type { TriggerDeps } from './context.ts';
import { recordOccurrence } from './fire.ts';
import { findTriggerState } from './store.ts';

const Payload = z.looseObject({
  model: z.string().optional(),
  version: z.string().nullish(),
  alias: z.string().optional(),
  /** Of an alert. */
  monitor: z.string().optional(),
  alert: z.string().optional(),
  cause: z.string().optional(),
  /** MLflow run that caused it. */
  runId: z.string().nullish(),
  subject: z.looseObject({ pipeline: z.string().optional() }).optional(),
});
type Payload = z.infer<typeof Payload>;

export function listenForEvents(deps: TriggerDeps, events: Pick<Events, 'subscribe'>): void {
  events.subscribe('pipeline-triggers', EventType.options, (event) => handleEvent(deps, event));
}

async function handleEvent(deps: TriggerDeps, event: StoredEvent): Promise<void> {
  const payload = Payload.parse(event.payload);
  for (const { name: pipeline, spec } of await findPipelines(deps.store, null)) {
    for (const { name, trigger } of nameTriggers(spec.on)) {
      if (!('event' in trigger) || !isMeant(trigger, event, payload)) continue;
      // The pipeline's own work was stopped by a budget: a new run would be stopped, too.
      if (payload.subject?.pipeline === pipeline) continue;
      await startRuns(deps, { pipeline, name, event, payload });
    }
  }
}

interface TriggerEvent {
  readonly pipeline: string;
  readonly name: string;
  readonly event: StoredEvent;
  readonly payload: Payload;
}

async function startRuns(deps: TriggerDeps, { pipeline, name, event, payload }: TriggerEvent): Promise<void> {
  await deps.store.transaction(async (sql) => {
    const state = await findTriggerState(sql, pipeline, name);
    // An event from before the trigger was applied may be delivered later.
    if (state === null || Date.parse(event.at) < state.sinceMs) return;
    const occurrence = `event ${event.sequence}`;
    const causedBy = typeof payload.runId === 'string' ? await findPipelineRun(sql, payload.runId) : null;
    const detail = describeEvent(event, payload);
    await recordOccurrence(deps, sql, { pipeline, trigger: name, occurrence, detail, commit: null, causedBy });
  });
}

function isMeant({ event: wanted }: EventTrigger, event: StoredEvent, payload: Payload): boolean {
  if (wanted.type !== event.type || (wanted.model ?? payload.model) !== payload.model) return false;
  return Object.entries(wanted.match).every(([field, value]) => toText(payload[field]) === value);
}

function toText(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}

function describeEvent(
  { type, subject }: StoredEvent,
  { model, version, alias, monitor, alert, cause }: Payload,
): string {
  if (monitor !== undefined) return `${type}: ${alert} (${cause}) of ${monitor}`;
  if (model === undefined) return `${type} (${subject})`;
  const of = typeof version !== 'string' ? model : `${model} version ${version}`;
  return alias === undefined ? `${type}: ${of}` : `${type}: ${alias} of ${of}`;
}
