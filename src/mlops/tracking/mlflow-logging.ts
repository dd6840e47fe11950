import { type Fields, invalidParameter, type MlflowRoute, readRoute, writeRoute } from '../wire/index.ts';
import type { Logging } from './logging.ts';
import type { StepRange } from './metric-store.ts';
import { listed, metricAnswer } from './mlflow-answers.ts';
import { readPair, readPairs } from './mlflow-experiments.ts';
import { readRunId } from './mlflow-runs.ts';
import type { Dataset, DatasetInput, MetricInput } from './types.ts';

const MAX_SAMPLES_A_RUN = 2500;
const MAX_RUNS_SAMPLED = 100;
const MAX_DATASET_EXPERIMENTS = 20;

/** Writing metrics, params, tags, inputs and outputs of a run, and reading metrics back. */
export function loggingRoutes(logging: Logging): MlflowRoute[] {
  return [
    writeRoute('POST', '/mlflow/runs/log-metric', async ({ fields }) => {
      await logging.metric(readRunId(fields), readMetric(fields));
      return undefined;
    }),
    writeRoute('POST', '/mlflow/runs/log-parameter', async ({ fields }) => {
      await logging.param(readRunId(fields), readPair(fields));
      return undefined;
    }),
    writeRoute('POST', '/mlflow/runs/set-tag', async ({ fields }) => {
      await logging.tag(readRunId(fields), readPair(fields));
      return undefined;
    }),
    writeRoute('POST', '/mlflow/runs/delete-tag', async ({ fields }) => {
      await logging.deleteTag(readRunId(fields), fields.requiredText('key'));
      return undefined;
    }),
    writeRoute('POST', '/mlflow/runs/log-batch', async ({ fields }) => {
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
    writeRoute('POST', '/mlflow/runs/log-inputs', async ({ fields }) => {
      const datasets = fields.messages('datasets').map(readDatasetInput);
      const modelIds = fields.messages('models').map((model) => model.requiredText('model_id'));
      await logging.inputs(readRunId(fields), datasets, modelIds);
      return undefined;
    }),
    writeRoute('POST', '/mlflow/runs/outputs', async ({ fields }) => {
      const outputs = fields.messages('models').map((model) => ({
        modelId: model.requiredText('model_id'),
        step: model.integer('step') ?? 0,
      }));
      await logging.outputs(readRunId(fields), outputs);
      return undefined;
    }),
    writeRoute('POST', '/mlflow/runs/log-model', async ({ fields }) => {
      await logging.modelRecord(readRunId(fields), readModelRecord(fields.requiredText('model_json')));
      return undefined;
    }),
    readRoute('POST', '/mlflow/experiments/search-datasets', async ({ fields }) => {
      const experimentIds = fields.texts('experiment_ids');
      if (experimentIds.length === 0) {
        throw invalidParameter('SearchDatasets request must specify at least one experiment_id.');
      }
      checkCount('SearchDatasets', 'experiment_ids', experimentIds.length, MAX_DATASET_EXPERIMENTS);
      const summaries = await logging.datasets(experimentIds);
      return {
        dataset_summaries: listed(
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

function historyRoutes(logging: Logging): MlflowRoute[] {
  return [
    readRoute('GET', '/mlflow/metrics/get-history', async ({ fields }) => {
      const page = await logging.history(readRunId(fields), fields.requiredText('metric_key'), {
        maxResults: fields.integer('max_results'),
        pageToken: fields.text('page_token'),
      });
      return { metrics: listed(page.items.map(metricAnswer)), next_page_token: page.nextPageToken ?? undefined };
    }),
    readRoute('GET', '/mlflow/metrics/get-history-bulk-interval', async ({ fields }) => {
      const runIds = fields.texts('run_ids');
      if (runIds.length === 0) throw invalidParameter("Missing value for required parameter 'run_ids'.");
      checkCount('GetMetricHistoryBulkInterval', 'run_ids', runIds.length, MAX_RUNS_SAMPLED);
      const limit = fields.integer('max_results') ?? MAX_SAMPLES_A_RUN;
      if (limit < 1 || limit > MAX_SAMPLES_A_RUN) {
        throw invalidParameter(`max_results must be between 1 and ${MAX_SAMPLES_A_RUN}.`);
      }
      const key = fields.requiredText('metric_key');
      const metrics = await logging.sampled(runIds, key, limit, readStepRange(fields));
      return { metrics: listed(metrics.map((metric) => ({ ...metricAnswer(metric), run_id: metric.runId }))) };
    }),
  ];
}

function checkCount(request: string, field: string, count: number, limit: number): void {
  if (count <= limit) return;
  throw invalidParameter(`${request} request must specify at most ${limit} ${field}. Received ${count} ${field}.`);
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
  if (dataset === undefined) throw invalidParameter('Dataset cannot be None');
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

function readStepRange(fields: Fields): StepRange | null {
  const [start, end] = [fields.integer('start_step'), fields.integer('end_step')];
  if (start === undefined && end === undefined) return null;
  if (start === undefined || end === undefined) {
    throw invalidParameter('If either start step or end step are specified, both must be specified.');
  }
  if (start <= end) return { start, end };
  throw invalidParameter(`end_step must be greater than start_step. Found start_step=${start} and end_step=${end}.`);
}

const MODEL_FIELDS = ['artifact_path', 'flavors', 'utc_time_created', 'run_id'] as const;

function readModelRecord(text: string): object {
  const model = parseObject(text);
  if (model === null) throw invalidParameter(`Malformed model info. \n ${text} \n is not a valid JSON.`);
  const missing = MODEL_FIELDS.filter((field) => !(field in model));
  if (missing.length === 0) return model;
  throw invalidParameter(
    `Model json is missing mandatory fields: {${missing.map((field) => `'${field}'`).join(', ')}}`,
  );
}

function parseObject(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}
