import { AppError } from '../../platform/errors/index.ts';
import { limitWork } from '../../platform/http/index.ts';
import { parseBoundedJson } from '../../platform/json/index.ts';
import type { Dataset, DatasetInput, Logging, MetricInput } from '../runs/index.ts';
import { buildInvalidParameter, buildSlashlessRoute, type Fields, logRoute, type MlflowRoute } from '../wire/index.ts';
import { omitEmptyList } from './mlflow-answers.ts';
import { readPair, readPairs } from './mlflow-experiments.ts';
import { checkCount, historyRoutes } from './mlflow-history.ts';
import { readRunId } from './mlflow-runs.ts';

const MAX_DATASET_EXPERIMENTS = 20;

/** Writing metrics, params, tags, inputs and outputs of a run, and reading metrics back. */
export function loggingRoutes(logging: Logging): MlflowRoute[] {
  return [
    logRoute('POST', '/mlflow/runs/log-metric', async ({ fields }) => {
      await logging.metric(readRunId(fields), readMetric(fields));
      return undefined;
    }),
    logRoute('POST', '/mlflow/runs/log-parameter', async ({ fields }) => {
      await logging.param(readRunId(fields), readPair(fields));
      return undefined;
    }),
    logRoute('POST', '/mlflow/runs/set-tag', async ({ fields }) => {
      await logging.tag(readRunId(fields), readPair(fields));
      return undefined;
    }),
    logRoute('POST', '/mlflow/runs/delete-tag', async ({ fields }) => {
      await logging.deleteTag(readRunId(fields), fields.requiredText('key'));
      return undefined;
    }),
    logRoute('POST', '/mlflow/runs/log-batch', async ({ fields }) => {
      await logging.batch(readRunId(fields), {
        metrics: fields.messages('metrics').map(readMetric),
        params: readPairs(fields, 'params'),
        tags: readPairs(fields, 'tags'),
      });
      return undefined;
    }),
    ...linkRoutes(logging),
    ...historyRoutes(logging),
  ];
}

function linkRoutes(logging: Logging): MlflowRoute[] {
  return [
    logRoute('POST', '/mlflow/runs/log-inputs', async ({ fields }) => {
      const datasets = fields.messages('datasets').map(readDatasetInput);
      const modelIds = fields.messages('models').map((model) => model.requiredText('model_id'));
      await logging.inputs(readRunId(fields), datasets, modelIds);
      return undefined;
    }),
    logRoute('POST', '/mlflow/runs/outputs', async ({ fields }) => {
      const outputs = fields.requiredMessages('models').map((model) => ({
        modelId: model.requiredText('model_id'),
        step: model.integer('step') ?? 0,
      }));
      await logging.outputs(readRunId(fields), outputs);
      return undefined;
    }),
    logRoute('POST', '/mlflow/runs/log-model', async ({ fields }) => {
      await logging.modelRecord(readRunId(fields), readModelRecord(fields.requiredText('model_json')));
      return undefined;
    }),
    buildSlashlessRoute('POST', '/mlflow/experiments/search-datasets', async ({ fields, identity }) => {
      const experimentIds = fields.texts('experiment_ids');
      if (experimentIds.length === 0) {
        throw buildInvalidParameter('SearchDatasets request must specify at least one experiment_id.');
      }
      checkCount('SearchDatasets', 'experiment_ids', experimentIds.length, MAX_DATASET_EXPERIMENTS);
      const summaries = await logging.datasets(experimentIds, limitWork(identity));
      return {
        dataset_summaries: omitEmptyList(
          summaries.map(({ experimentId, name, digest, context }) => ({
            experiment_id: String(experimentId),
            name,
            digest,
            context: context ?? undefined,
          })),
        ),
      };
    }),
  ];
}

function readMetric(fields: Fields): MetricInput {
  return {
    key: fields.requiredText('key'),
    value: fields.requiredDouble('value'),
    timestamp: fields.requiredInteger('timestamp'),
    step: fields.integer('step') ?? 0,
    modelId: fields.text('model_id') || null,
    datasetName: fields.text('dataset_name') || null,
    datasetDigest: fields.text('dataset_digest') || null,
  };
}

function readDatasetInput(fields: Fields): DatasetInput {
  const dataset = fields.message('dataset');
  if (dataset === undefined) throw buildInvalidParameter('Dataset cannot be None');
  return { dataset: readDataset(dataset), tags: readPairs(fields, 'tags') };
}

function readDataset(fields: Fields): Dataset {
  return {
    name: fields.requiredText('name'),
    digest: fields.requiredText('digest'),
    sourceType: fields.requiredText('source_type'),
    source: fields.requiredText('source'),
    schema: fields.text('schema') ?? null,
    profile: fields.text('profile') ?? null,
  };
}

const MODEL_FIELDS = ['artifact_path', 'flavors', 'utc_time_created', 'run_id'] as const;

function readModelRecord(text: string): object {
  const model = parseObject(text);
  if (model === null) throw buildInvalidParameter(`Malformed model info. \n ${text} \n is not a valid JSON.`);
  const missing = MODEL_FIELDS.filter((field) => !(field in model));
  if (missing.length === 0) return model;
  throw buildInvalidParameter(
    `Model json is missing mandatory fields: {${missing.map((field) => `'${field}'`).join(', ')}}`,
  );
}

function parseObject(text: string): object | null {
  try {
    const value = parseBoundedJson(text);
    return typeof value === 'object' ? value : null;
  } catch (error) {
    if (error instanceof AppError) throw error;
    return null;
  }
}
