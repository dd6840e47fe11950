import { awaitAll } from '../../platform/concurrency/index.ts';
import type { OwnerLimit } from '../../platform/http/index.ts';
import { parseBoundedJson } from '../../platform/json/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import {
  buildDoesNotExist,
  buildInvalidParameter,
  checkMaxResults,
  checkRunId,
  decodePageToken,
  encodePageToken,
} from '../wire/index.ts';
import { parseExperimentId } from './experiments.ts';
import { observeUsage, readUsage } from './gpu-usage.ts';
import {
  type DatasetSummary,
  ensureDataset,
  insertDatasetInput,
  insertModelInputs,
  listDatasetSummaries,
  upsertModelOutputs,
} from './input-store.ts';
import { deleteRunTag, insertNewParams, runValues, upsertRunTags } from './key-value-store.ts';
import {
  checkBatchSize,
  checkDatasetInput,
  checkMetric,
  checkModelId,
  checkParam,
  checkParamKeysUnique,
  checkTag,
} from './limits.ts';
import type { MetricRest } from './metric-rest.ts';
import {
  HISTORY_POSITION_LENGTH,
  insertMetrics,
  insertModelMetrics,
  readMetricHistory,
  readSampledHistory,
  type StepRange,
} from './metric-store.ts';
import type { RunEvents } from './run-events.ts';
import { updateRun } from './run-store.ts';
import { RUN_NAME_TAG, requireActiveRun, requireRun } from './runs.ts';
import type { DatasetInput, KeyValue, Metric, MetricInput, ModelOutput, Page, RunInfo, RunMetric } from './types.ts';

export interface LoggingDeps {
  readonly store: Store;
  readonly events: RunEvents;
  readonly rest: Pick<MetricRest, 'logged'>;
}

export interface Batch {
  readonly metrics: readonly MetricInput[];
  readonly params: readonly KeyValue[];
  readonly tags: readonly KeyValue[];
}

export interface TagEdit {
  readonly set: readonly KeyValue[];
  readonly remove: readonly string[];
}

const LOGGED_MODELS_TAG = 'mlflow.log-model.history';
const MAX_HISTORY_A_PAGE = 50_000;

export type Logging = ReturnType<typeof createLogging>;

export function createLogging({ store, events, rest }: LoggingDeps) {
  const write = (runId: string, work: (sql: Sql, run: RunInfo) => Promise<void>) =>
    store.transaction(async (sql) => work(sql, await requireActiveRun(sql, runId)));
  /** Metrics and params do not depend on the order of arrival; tags and GPU usage do, so only these batches take a transaction. */
  const put = async (runId: string, batch: Batch): Promise<void> => {
    if (batch.metrics.length > 0) rest.logged(runId);
    const ordered = batch.tags.length > 0 || readUsage(batch.metrics) !== null;
    if (ordered) await write(runId, (sql, run) => storeBatch(events, sql, run, batch));
    else await store.append((sql) => appendBatch(sql, runId, batch));
  };
  return {
    /** Stores the batch atomically. */
    batch: (runId: string, batch: Batch): Promise<void> => put(runId, checkBatch(runId, batch)),
    metric(runId: string, metric: MetricInput): Promise<void> {
      checkMetric(metric);
      return put(runId, { metrics: [metric], params: [], tags: [] });
    },
    param(runId: string, param: KeyValue): Promise<void> {
      return put(runId, { metrics: [], params: [checkParam(param)], tags: [] });
    },
    tag(runId: string, tag: KeyValue): Promise<void> {
      const checked = checkTag(tag);
      return write(runId, (sql, run) => storeTags(events, sql, run, [checked]));
    },
    deleteTag: (runId: string, key: string) =>
      write(runId, async (sql) => {
        if (await deleteRunTag(sql, runId, key)) return;
        throw buildDoesNotExist(`No tag with name: ${key} in run with id ${runId}`);
      }),
    /** Applies the changes atomically. The name of a run is a tag that can be set, but not removed. */
    editTags: (runId: string, { set, remove }: TagEdit) => {
      const checked = set.map((tag, index) => checkTag(tag, `tags[${index}]`));
      if (remove.includes(RUN_NAME_TAG))
        throw buildInvalidParameter('The name of a run can be changed, but not removed.');
      return write(runId, async (sql, run) => {
        for (const key of remove) await deleteRunTag(sql, runId, key);
        await storeTags(events, sql, run, checked);
      });
    },
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
    /** MLflow 2 stores its models in a tag of the run. */
    modelRecord: (runId: string, record: object) => write(runId, (sql) => appendModelRecord(sql, runId, record)),
    history: (runId: string, key: string, page: HistoryPage) => readHistory(store, runId, key, page),
    async sampled(runIds: readonly string[], key: string, limit: number, range: StepRange | null) {
      for (const runId of runIds) await requireRun(store, runId);
      const found: RunMetric[] = [];
      for (const runId of runIds) {
        const metrics = await readSampledHistory(store, runId, key, limit, range);
        found.push(...metrics.map((metric) => ({ ...metric, runId })));
      }
      return found;
    },
    /** Samples of many runs, one run after the other; runs that are not there have none. */
    async bulk(runIds: readonly string[], key: string, limit: number): Promise<RunMetric[]> {
      const found: RunMetric[] = [];
      for (const runId of runIds) {
        if (found.length >= limit) break;
        const { metrics } = await readMetricHistory(store, runId, key, { position: null, limit: limit - found.length });
        found.push(...metrics.map((metric) => ({ ...metric, runId })));
      }
      return found;
    },
    datasets: (experimentIds: readonly string[], owners: OwnerLimit | null): Promise<DatasetSummary[]> =>
      listDatasetSummaries(store, experimentIds.map(parseExperimentId), owners),
  };
}

function checkBatch(runId: string, batch: Batch): Batch {
  checkRunId(runId);
  batch.metrics.forEach((metric, index) => {
    checkMetric(metric, `metrics[${index}]`);
  });
  const checked = {
    metrics: batch.metrics,
    params: batch.params.map((param, index) => checkParam(param, `params[${index}]`)),
    tags: batch.tags.map((tag, index) => checkTag(tag, `tags[${index}]`)),
  };
  checkBatchSize({ metrics: batch.metrics.length, params: batch.params.length, tags: batch.tags.length });
  checkParamKeysUnique(checked.params);
  return checked;
}

/** All statements are sent concurrently. If the run does not exist, the transaction undoes the inserts. */
async function appendBatch(sql: Sql, runId: string, { metrics, params }: Batch): Promise<void> {
  await awaitAll([
    requireActiveRun(sql, runId),
    storeParams(sql, runId, params),
    insertMetrics(sql, runId, metrics),
    insertModelMetrics(sql, runId, metrics),
  ]);
}

async function storeBatch(events: RunEvents, sql: Sql, run: RunInfo, batch: Batch): Promise<void> {
  await appendBatch(sql, run.runId, batch);
  await storeTags(events, sql, run, batch.tags, batch.metrics);
}

/** Params never change: the same value again is no change, another is refused. */
async function storeParams(sql: Sql, runId: string, params: readonly KeyValue[]): Promise<void> {
  if (params.length === 0) return;
  const keys = params.map((param) => param.key);
  const [, values] = await awaitAll([insertNewParams(sql, runId, params), runValues(sql, 'param', runId, keys)]);
  const stored = new Map(values.map(({ key, value }) => [key, value]));
  for (const { key, value } of params) {
    const old = stored.get(key);
    if (old === value) continue;
    throw buildInvalidParameter(
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

/** A client can write the tag itself. */
function parseEarlierRecords(text: string): unknown {
  try {
    return parseBoundedJson(text);
  } catch {
    throw buildInvalidParameter(
      `The tag ${LOGGED_MODELS_TAG} of the run is not a JSON list. Set it to "[]" and log the model again.`,
    );
  }
}

async function appendModelRecord(sql: Sql, runId: string, record: object): Promise<void> {
  const [tag] = await runValues(sql, 'tag', runId, [LOGGED_MODELS_TAG]);
  const earlier = tag === undefined ? [] : parseEarlierRecords(tag.value);
  const records = Array.isArray(earlier) ? [...earlier, record] : [record];
  await upsertRunTags(sql, runId, [{ key: LOGGED_MODELS_TAG, value: JSON.stringify(records) }]);
}

export interface HistoryPage {
  /** Undefined: all samples. */
  readonly maxResults: number | undefined;
  readonly pageToken: string | undefined;
}

async function readHistory(sql: Sql, runId: string, key: string, page: HistoryPage): Promise<Page<Metric>> {
  const limit =
    page.maxResults === undefined
      ? null
      : checkMaxResults(Math.min(page.maxResults, MAX_HISTORY_A_PAGE), MAX_HISTORY_A_PAGE);
  const query = ['metric history', runId, key];
  const position = decodePageToken(page.pageToken, query, HISTORY_POSITION_LENGTH);
  await requireRun(sql, runId);
  const found = await readMetricHistory(sql, runId, key, { position, limit: limit === null ? null : limit + 1 });
  const last = limit !== null && found.metrics.length > limit ? found.positions[limit - 1] : undefined;
  return {
    items: limit === null ? found.metrics : found.metrics.slice(0, limit),
    nextPageToken: last === undefined ? null : encodePageToken(query, last),
  };
}
