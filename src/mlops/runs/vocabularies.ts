import { buildAttributes, type Vocabulary } from '../wire/index.ts';
import { costKeys } from './run-cost/schema.ts';

const runEntities = {
  metric: 'metric',
  metrics: 'metric',
  parameter: 'param',
  parameters: 'param',
  param: 'param',
  params: 'param',
  tag: 'tag',
  tags: 'tag',
  attribute: 'attribute',
  attributes: 'attribute',
  attr: 'attribute',
  run: 'attribute',
  dataset: 'dataset',
  datasets: 'dataset',
} as const;

const runAttributes = buildAttributes({
  run_id: 'list',
  run_name: 'text',
  user_id: 'text',
  status: 'text',
  artifact_uri: 'text',
  start_time: 'number',
  end_time: 'number',
});

/** Names that a search of runs may use. */
export const runVocabulary: Vocabulary = {
  entities: runEntities,
  attributes: {
    ...runAttributes,
    duration: { name: 'duration', kind: 'number' },
    created: { name: 'start_time', kind: 'number' },
    Created: { name: 'start_time', kind: 'number' },
    'run name': { name: 'run_name', kind: 'text' },
    'Run name': { name: 'run_name', kind: 'text' },
    'Run Name': { name: 'run_name', kind: 'text' },
  },
  nullable: ['param', 'tag'],
  costs: buildAttributes(costKeys),
};

export const experimentVocabulary: Vocabulary = {
  entities: { attribute: 'attribute', tag: 'tag', tags: 'tag' },
  attributes: buildAttributes({
    name: 'text',
    experiment_id: 'id',
    creation_time: 'number',
    last_update_time: 'number',
  }),
  nullable: ['tag'],
};

export const loggedModelVocabulary: Vocabulary = {
  entities: { attributes: 'attribute', metrics: 'metric', params: 'param', tags: 'tag' },
  attributes: {
    ...buildAttributes({
      name: 'list',
      model_id: 'list',
      model_type: 'list',
      status: 'list',
      source_run_id: 'list',
      artifact_uri: 'list',
      experiment_id: 'id',
      creation_timestamp: 'number',
      last_updated_timestamp: 'number',
    }),
    creation_timestamp_ms: { name: 'creation_timestamp', kind: 'number' },
    creation_time: { name: 'creation_timestamp', kind: 'number' },
    last_updated_timestamp_ms: { name: 'last_updated_timestamp', kind: 'number' },
  },
  nullable: [],
  listsEverywhere: true,
};
