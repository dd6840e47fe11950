/** Events to which a webhook can subscribe, and their payloads: those of MLflow (entities/webhook.py, webhooks/types.py). */

export interface EventType {
  readonly entity: string;
  readonly action: string;
}

/** Event types in the order of the protocol's numbers, from 1. */
export const entityNames = [
  'REGISTERED_MODEL',
  'MODEL_VERSION',
  'MODEL_VERSION_TAG',
  'MODEL_VERSION_ALIAS',
  'PROMPT',
  'PROMPT_VERSION',
  'PROMPT_TAG',
  'PROMPT_VERSION_TAG',
  'PROMPT_ALIAS',
  'BUDGET_POLICY',
] as const;

export const actionNames = ['CREATED', 'UPDATED', 'DELETED', 'SET', 'EXCEEDED'] as const;

const tags = { example_key: 'example_value' };
const modelTag = { name: 'example_model', version: '1', key: 'example_key' };
const promptTag = { name: 'example_prompt', key: 'example_key' };
const value = 'example_value';

/** An example of each event's data; a webhook can subscribe only to these events. */
const examples: Readonly<Record<string, Readonly<Record<string, object>>>> = {
  registered_model: { created: { name: 'example_model', tags, description: 'An example registered model' } },
  model_version: {
    created: {
      name: 'example_model',
      version: '1',
      source: 'models:/123',
      run_id: 'abcd1234abcd5678',
      tags,
      description: 'An example model version',
    },
  },
  model_version_tag: { set: { ...modelTag, value }, deleted: modelTag },
  model_version_alias: {
    created: { name: 'example_model', alias: 'example_alias', version: '1' },
    deleted: { name: 'example_model', alias: 'example_alias' },
  },
  prompt: { created: { name: 'example_prompt', tags, description: 'An example prompt' } },
  prompt_version: {
    created: {
      name: 'example_prompt',
      version: '1',
      template: 'Hello {{name}}!',
      tags,
      description: 'An example prompt version',
    },
  },
  prompt_tag: { set: { ...promptTag, value }, deleted: promptTag },
  prompt_version_tag: {
    set: { ...promptTag, version: '1', value },
    deleted: { ...promptTag, version: '1' },
  },
  prompt_alias: {
    created: { name: 'example_prompt', alias: 'example_alias', version: '1' },
    deleted: { name: 'example_prompt', alias: 'example_alias' },
  },
};

/** Actions of an entity, sorted; empty for an entity without events on this server. */
export function listActions(entity: string): string[] {
  return Object.keys(examples[entity] ?? {}).sort();
}

/** Payload of a test delivery. */
export function buildExample({ entity, action }: EventType): object {
  return examples[entity]?.[action] ?? {};
}
