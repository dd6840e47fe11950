import type { Sql, Store } from '../../platform/store/index.ts';
import {
  checkMaxResults,
  checkRunId,
  decodePageToken,
  doesNotExist,
  encodePageToken,
  invalidParameter,
} from '../wire/index.ts';
import { parseExperimentId } from './experiments.ts';
import { observeUsage } from './gpu-usage.ts';
import {
  type DatasetSummary,
  datasetSummaries,
  ensureDataset,
  insertDatasetInput,
  insertModelInputs,
  upsertModelOutputs,
} from './input-store.ts';
import { deleteRunTag, insertNewParams, runValues, upsertRunTags } from './key-value-store.ts';
import {
  checkBatchSize,
  checkDatasetInput,
  checkedParam,
  checkedTag,
  checkMetric,
  checkModelId,
  checkParamKeysUnique,
} from './limits.ts';
import {
  HISTORY_POSITION_LENGTH,
  insertMetrics,
  insertModelMetrics,
  metricHistory,
  type StepRange,
  sampledHistory,
} from './metric-store.ts';
import type { RunEvents } from './run-events.ts';
import { updateRun } from './run-store.ts';
import { RUN_NAME_TAG, requireActiveRun, requireRun } from './runs.ts';
import type { DatasetInput, KeyValue, Metric, MetricInput, ModelOutput, Page, RunInfo } from './types.ts';

export interface LoggingDeps {
  readonly store: Store;
  readonly events: RunEvents;
}

export interface Batch {
  readonly metrics: readonly MetricInput[];
  readonly params: readonly KeyValue[];
  readonly tags: readonly KeyValue[];
}

const LOGGED_MODELS_TAG = 'mlflow.log-model.history';
const MAX_HISTORY_A_PAGE = 50_000;

export type Logging = ReturnType<typeof createLogging>;

export function createLogging({ store, events }: LoggingDeps) {
  const write = (runId: string, work: (sql: Sql, run: RunInfo) => Promise<void>) =>
    store.transaction(async (sql) => work(sql, await requireActiveRun(sql, runId)));
  return {
    /** All of the batch is stored, or none. */
    batch(runId: string, batch: Batch): Promise<void> {
      const checked = checkedBatch(runId, batch);
      return write(runId, (sql, run) => storeBatch(events, sql, run, checked));
    },
    metric(runId: string, metric: MetricInput): Promise<void> {
      checkMetric(metric);
      return write(runId, (sql, run) => storeBatch(events, sql, run, { metrics: [metric], params: [], tags: [] }));
    },
    param(runId: string, param: KeyValue): Promise<void> {
      const checked = checkedParam(param);
      return write(runId, (sql) => storeParams(sql, runId, [checked]));
    },
    tag(runId: string, tag: KeyValue): Promise<void> {
      const checked = checkedTag(tag);
      return write(runId, (sql, run) => storeTags(events, sql, run, [checked]));
    },
    deleteTag: (runId: string, key: string) =>
      write(runId, async (sql) => {
        if (await deleteRunTag(sql, runId, key)) return;
        throw doesNotExist(`No tag with name: ${key} in run with id ${runId}`);
      }),
    inputs: (runId: string, datasets: readonly DatasetInput[], modelIds: readonly string[]) => {
      checkRunId(runId);
      datasets.forEach(checkDatasetInput);
      modelIds.forEach(checkModelId);
      return write(runId, (sql, run) => storeInputs(sql, run, datasets, modelIds));
    },
    outputs: (runId: string, outputs: readonly ModelOutput[]) => {
      for (const { modelId } of outputs) checkModelId(modelId);
      return write(runId, (sql) => upsertModelOutputs(sql, runId, outputs));
    },
    /** MLflow 2 keeps its models in a tag of the run. */
    modelRecord: (runId: string, record: object) => write(runId, (sql) => appendModelRecord(sql, runId, record)),
    history: (runId: string, key: string, page: HistoryPage) => history(store, runId, key, page),
    async sampled(runIds: readonly string[], key: string, limit: number, range: StepRange | null) {
      for (const runId of runIds) await requireRun(store, runId);
      const found: (Metric & { readonly runId: string })[] = [];
      for (const runId of runIds) {
        const metrics = await sampledHistory(store, runId, key, limit, range);
        found.push(...metrics.map((metric) => ({ ...metric, runId })));
      }
      return found;
    },
    datasets: (experimentIds: readonly string[]): Promise<DatasetSummary[]> =>
      datasetSummaries(store, experimentIds.map(parseExperimentId)),
  };
}

function checkedBatch(runId: string, batch: Batch): Batch {
  checkRunId(runId);
  batch.metrics.forEach((metric, index) => {
    checkMetric(metric, `metrics[${index}]`);
  });
  const checked = {
    metrics: batch.metrics,
    params: batch.params.map((param, index) => checkedParam(param, `params[${index}]`)),
    tags: batch.tags.map((tag, index) => checkedTag(tag, `tags[${index}]`)),
  };
  checkBatchSize({ metrics: batch.metrics.length, params: batch.params.length, tags: batch.tags.length });
  checkParamKeysUnique(checked.params);
  return checked;
}

async function storeBatch(events: RunEvents, sql: Sql, run: RunInfo, batch: Batch): Promise<void> {
  await storeParams(sql, run.runId, batch.params);
  await insertMetrics(sql, run.runId, batch.metrics);
  await insertModelMetrics(sql, run.runId, batch.metrics);
  await storeTags(events, sql, run, batch.tags, batch.metrics);
}

/** Params never change: the same value again is no change, another is refused. */
async function storeParams(sql: Sql, runId: string, params: readonly KeyValue[]): Promise<void> {
  if (params.length === 0) return;
  await insertNewParams(sql, runId, params);
  const keys = params.map((param) => param.key);
  const stored = new Map((await runValues(sql, 'param', runId, keys)).map(({ key, value }) => [key, value]));
  for (const { key, value } of params) {
    const old = stored.get(key);
    if (old === value) continue;
    throw invalidParameter(
      `Changing param values is not allowed. Param with key='${key}' was already logged with value='${old}' ` +
        `for run ID='${runId}'. Attempted logging new value '${value}'.`,
    );
  }
}

async function storeTags(
  events: RunEvents,
  sql: Sql,
  run: RunInfo,
  tags: readonly KeyValue[],
  metrics: readonly Metric[] = [],
): Promise<void> {
  await upsertRunTags(sql, run.runId, tags);
  const name = tags.findLast((tag) => tag.key === RUN_NAME_TAG)?.value;
  if (name !== undefined) await updateRun(sql, run.runId, { run_name: name });
  await observeUsage(events, sql, run, { metrics, tags });
}

async function storeInputs(
  sql: Sql,
  run: RunInfo,
  datasets: readonly DatasetInput[],
  modelIds: readonly string[],
): Promise<void> {
  for (const input of datasets) {
    const datasetId = await ensureDataset(sql, run.experimentId, input.dataset);
    await insertDatasetInput(sql, run.runId, datasetId, input);
  }
  await insertModelInputs(sql, run.runId, modelIds);
}

async function appendModelRecord(sql: Sql, runId: string, record: object): Promise<void> {
  const [tag] = await runValues(sql, 'tag', runId, [LOGGED_MODELS_TAG]);
  const earlier: unknown = tag === undefined ? [] : JSON.parse(tag.value);
  const records = Array.isArray(earlier) ? [...earlier, record] : [record];
  await upsertRunTags(sql, runId, [{ key: LOGGED_MODELS_TAG, value: JSON.stringify(records) }]);
}

export interface HistoryPage {
  /** Undefined: all samples. */
  readonly maxResults: number | undefined;
  readonly pageToken: string | undefined;
}

async function history(sql: Sql, runId: string, key: string, page: HistoryPage): Promise<Page<Metric>> {
  const limit = page.maxResults === undefined ? null : checkMaxResults(page.maxResults, MAX_HISTORY_A_PAGE);
  const query = ['metric history', runId, key];
  const position = decodePageToken(page.pageToken, query, HISTORY_POSITION_LENGTH);
  await requireRun(sql, runId);
  const found = await metricHistory(sql, runId, key, { position, limit: limit === null ? null : limit + 1 });
  const last = limit !== null && found.metrics.length > limit ? found.positions[limit - 1] : undefined;
  return {
    items: limit === null ? found.metrics : found.metrics.slice(0, limit),
    nextPageToken: last === undefined ? null : encodePageToken(query, last),
  };
}
