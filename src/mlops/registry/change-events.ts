import type { Events } from '../../platform/events/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import type { RegistryTables } from './tables.ts';
import type { KeyValue } from './types.ts';

/**
 * Changes of the registry, with the words and fields of MLflow's webhooks (mlflow/webhooks/types.py), so that a webhook
 * can send them unchanged. Prompts are registered models with a tag; MLflow has separate entities for them.
 */

export const REGISTRY_CHANGED = 'registry.changed';

const IS_PROMPT = 'mlflow.prompt.is_prompt';
const PROMPT_TEXT = 'mlflow.prompt.text';
/** Tags that mark a prompt and its kind. Clients do not see them as tags. */
const INNER_TAGS: ReadonlySet<string> = new Set([IS_PROMPT, '_mlflow_prompt_type']);

/** `null` where MLflow sends no event: tags of a registered model that is no prompt. */
const entities = {
  model: { model: 'registered_model', prompt: 'prompt' },
  version: { model: 'model_version', prompt: 'prompt_version' },
  modelTag: { model: null, prompt: 'prompt_tag' },
  versionTag: { model: 'model_version_tag', prompt: 'prompt_version_tag' },
  alias: { model: 'model_version_alias', prompt: 'prompt_alias' },
} as const;

export interface RegistryChange {
  readonly of: keyof typeof entities;
  readonly action: 'created' | 'deleted' | 'set';
  readonly model: string;
  readonly data: Readonly<Record<string, unknown>>;
}

type EventAppend = Pick<Events, 'append'>;

/** Appends the event in the transaction of the change. */
export async function appendChange(events: EventAppend, sql: Sql, change: RegistryChange): Promise<void> {
  const { of, action, model, data } = change;
  const entity = entities[of][(await isPrompt(sql, model)) ? 'prompt' : 'model'];
  if (entity === null) return;
  const payload = { entity, action, data: { name: model, ...data } };
  await events.append(sql, { type: REGISTRY_CHANGED, subject: `registry:${model}`, payload });
}

/** Called once the tags are stored: they show whether this is a prompt. */
export async function appendModelCreated(
  events: EventAppend,
  sql: Sql,
  { name, tags, description }: { name: string; tags: readonly KeyValue[]; description: string | null },
): Promise<void> {
  const shown = (await isPrompt(sql, name)) ? tags.filter(({ key }) => !INNER_TAGS.has(key)) : tags;
  const data = { tags: indexByKey(shown), description: description ?? '' };
  await appendChange(events, sql, { of: 'model', action: 'created', model: name, data });
}

export interface CreatedVersion {
  readonly model: string;
  readonly version: number;
  readonly source: string;
  readonly runId: string | null;
  readonly tags: readonly KeyValue[];
  readonly description: string | null;
}

export async function appendVersionCreated(events: EventAppend, sql: Sql, created: CreatedVersion): Promise<void> {
  const { model, source, runId, tags } = created;
  const common = { version: String(created.version), description: created.description || null };
  const inner = (key: string) => INNER_TAGS.has(key) || key === PROMPT_TEXT;
  const data = (await isPrompt(sql, model))
    ? {
        ...common,
        template: tags.findLast(({ key }) => key === PROMPT_TEXT)?.value ?? null,
        tags: indexByKey(tags.filter(({ key }) => !inner(key))),
      }
    : { ...common, source, run_id: runId, tags: indexByKey(tags) };
  await appendChange(events, sql, { of: 'version', action: 'created', model, data });
}

/** Decides by tags: for a repeated key, the last value counts. */
export function isPromptTag(tags: readonly KeyValue[]): boolean {
  return tags.findLast(({ key }) => key === IS_PROMPT)?.value.toLowerCase() === 'true';
}

/** Whether the model, as it is stored, is a prompt. */
export async function isPrompt(sql: Sql, model: string): Promise<boolean> {
  const query = sql.tables<RegistryTables>().selectFrom('registered_model_tag').select('value');
  const row = await query.where('model', '=', model).where('key', '=', IS_PROMPT).executeTakeFirst();
  return row?.value.toLowerCase() === 'true';
}

function indexByKey(tags: readonly KeyValue[]): Record<string, string> {
  return Object.fromEntries(tags.map(({ key, value }) => [key, value]));
}
