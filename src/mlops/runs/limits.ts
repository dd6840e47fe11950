import { buildInvalidParameter, checkLength, checkName, MAX_KEY_LENGTH, truncate } from '../wire/index.ts';
import type { DatasetInput, KeyValue, MetricInput } from './types.ts';

/** Limits of the protocol (mlflow/utils/validation.py); lengths in characters. */
const MAX_PARAM_VALUE = 6000;
const MAX_TAG_VALUE = 8000;
const MAX_EXPERIMENT_NAME = 500;
const MAX_EXPERIMENT_TAG_VALUE = 20_000;
const MAX_METRICS_A_BATCH = 1000;
const MAX_PARAMS_OR_TAGS_A_BATCH = 100;
const MAX_ENTRIES_A_BATCH = 1000;
const MAX_DATASET = { name: 500, digest: 36, source: 65_535, schema: 1_048_575, profile: 16_777_215 } as const;
const MAX_INPUT_TAG = { key: 255, value: 500 } as const;

/** `path` is the position of the entry in the request: `tags[3]`, or '' for a single entry. */
function joinPath(path: string, field: string): string {
  return path === '' ? field : `${path}.${field}`;
}

/** The tag as it is stored: a value that is too long is cut. */
export function checkTag(tag: KeyValue, path = ''): KeyValue {
  checkName(tag.key, joinPath(path, 'key'));
  checkLength(joinPath(path, 'key'), tag.key, MAX_KEY_LENGTH);
  return { key: tag.key, value: truncate(tag.value, MAX_TAG_VALUE) };
}

/** The param as it is stored: a value that is too long is cut. */
export function checkParam(param: KeyValue, path = ''): KeyValue {
  checkName(param.key, joinPath(path, 'key'));
  checkLength('Param key', param.key, MAX_KEY_LENGTH);
  return { key: param.key, value: truncate(param.value, MAX_PARAM_VALUE) };
}

export function checkMetric(metric: MetricInput, path = ''): void {
  checkName(metric.key, joinPath(path, 'name'));
  checkLength('Metric name', metric.key, MAX_KEY_LENGTH);
  checkModelId(metric.modelId ?? '');
  checkLength(joinPath(path, 'dataset_name'), metric.datasetName ?? '', MAX_DATASET.name);
  checkLength(joinPath(path, 'dataset_digest'), metric.datasetDigest ?? '', MAX_DATASET.digest);
  if (metric.timestamp >= 0) return;
  throw buildInvalidParameter(
    `Invalid value ${metric.timestamp} for parameter '${joinPath(path, 'timestamp')}' supplied: metric '${metric.key}' ` +
      `(value=${metric.value}). Timestamp must be a nonnegative long (64-bit integer) `,
  );
}

export function checkBatchSize(sizes: { metrics: number; params: number; tags: number }): void {
  checkCount('metrics', sizes.metrics, MAX_METRICS_A_BATCH);
  checkCount('params', sizes.params, MAX_PARAMS_OR_TAGS_A_BATCH);
  checkCount('tags', sizes.tags, MAX_PARAMS_OR_TAGS_A_BATCH);
  checkCount('metrics, params, and tags', sizes.metrics + sizes.params + sizes.tags, MAX_ENTRIES_A_BATCH);
}

function checkCount(what: string, count: number, limit: number): void {
  if (count <= limit) return;
  throw buildInvalidParameter(
    `A batch logging request can contain at most ${limit} ${what}. Got ${count} ${what}. ` +
      `Please split up ${what} across multiple requests and try again.`,
  );
}

export function checkParamKeysUnique(params: readonly KeyValue[]): void {
  const keys = params.map((param) => param.key);
  const repeated = keys.filter((key, index) => keys.indexOf(key) !== index);
  if (repeated.length === 0) return;
  throw buildInvalidParameter(
    `Duplicate parameter keys have been submitted: [${repeated.map((key) => `'${key}'`).join(', ')}]. Please ensure ` +
      'the request contains only one param value per param key.',
  );
}

export function checkExperimentName(name: string): void {
  checkLength('name', name, MAX_EXPERIMENT_NAME);
}

export function checkExperimentTag(tag: KeyValue): void {
  checkName(tag.key, 'key');
  checkLength('key', tag.key, MAX_KEY_LENGTH);
  checkLength('value', tag.value, MAX_EXPERIMENT_TAG_VALUE);
}

export function checkDatasetInput({ dataset, tags }: DatasetInput): void {
  checkLength('Dataset name', dataset.name, MAX_DATASET.name);
  checkLength('Dataset digest', dataset.digest, MAX_DATASET.digest);
  checkLength('Dataset source', dataset.source, MAX_DATASET.source);
  checkLength('Dataset schema', dataset.schema ?? '', MAX_DATASET.schema);
  checkLength('Dataset profile', dataset.profile ?? '', MAX_DATASET.profile);
  for (const { key, value } of tags) {
    checkLength('InputTag key', key, MAX_INPUT_TAG.key);
    checkLength('InputTag value', value, MAX_INPUT_TAG.value);
  }
}

const MAX_MODEL_ID = 256;

export function checkModelId(modelId: string): void {
  checkLength('model_id', modelId, MAX_MODEL_ID);
}

/** A tag or param of a logged model. */
export function checkModelEntry({ key }: KeyValue): void {
  checkLength('key', key, MAX_KEY_LENGTH);
}

export function checkLoggedModelName(name: string): void {
  if (name !== '' && !/[/:.%"']/.test(name)) return;
  throw buildInvalidParameter(
    `Invalid model name ('${name}') provided. Model name must be a non-empty string and cannot contain the following ` +
      `characters: ('/', ':', '.', '%', '"', "'")`,
  );
}
