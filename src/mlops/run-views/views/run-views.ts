import { AppError } from '../../../platform/errors/index.ts';
import type { Sql } from '../../../platform/store/index.ts';
import type { RunInfo, TrackingTables } from '../../runs/index.ts';
import {
  findLatestMetrics,
  findRunInfo,
  formatInstant,
  readFullRuns,
  splitIntoChunks,
  toRunsWithExperiment,
} from '../../runs/index.ts';
import type { Run } from '../../runs/schema.ts';
import { type HistoryPoint, type HistoryQuery, listMetricRanges, sampleHistories } from './history-store.ts';
import { MAX_ANSWERED_POINTS, type MetricHistory, type MetricSummary, type RunFacts } from './schema.ts';

const CONTEXT_TAG = 'mlflow.data.context';

/** The runs in the requested order, each once, and the ids without a run. */
export async function readComparedRuns(
  sql: Sql,
  runIds: readonly string[],
): Promise<{ runs: Run[]; missing: string[] }> {
  const infos: RunInfo[] = [];
  const missing: string[] = [];
  for (const runId of new Set(runIds)) {
    const info = await findRunInfo(sql, runId);
    if (info === null) missing.push(runId);
    else infos.push(info);
  }
  return { runs: await toRunsWithExperiment(sql, await readFullRuns(sql, infos)), missing };
}

/**
 * Histories by metric, then by run in the requested order; as many complete ones as the size limit of an answer allows.
 */
export async function readHistories(
  sql: Sql,
  query: HistoryQuery,
): Promise<{ histories: MetricHistory[]; leftOut: number }> {
  const grouped = Map.groupBy(await sampleHistories(sql, query), ({ runId, key }) => `${runId}\n${key}`);
  const place = new Map(query.runIds.map((runId, index) => [runId, index]));
  const all = [...grouped.values()].map(toMetricHistory);
  const sorted = all.sort((a, b) => compareText(a.key, b.key) || (place.get(a.runId) ?? 0) - (place.get(b.runId) ?? 0));
  let points = 0;
  const histories = sorted.filter((history) => {
    points += history.values.length;
    return points <= MAX_ANSWERED_POINTS;
  });
  return { histories, leftOut: sorted.length - histories.length };
}

function toMetricHistory(points: readonly HistoryPoint[]): MetricHistory {
  const [first] = points;
  return {
    runId: first?.runId ?? '',
    key: first?.key ?? '',
    samples: first?.total ?? 0,
    steps: points.map(({ step }) => step),
    timesMs: points.map(({ timestamp }) => timestamp),
    values: points.map(({ value }) => (Number.isNaN(value) ? null : value)),
  };
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export async function readMetricSummaries(sql: Sql, runId: string): Promise<MetricSummary[]> {
  await requireRunInfo(sql, runId);
  const latest = new Map((await findLatestMetrics(sql, [runId])).get(runId)?.map((metric) => [metric.key, metric]));
  const ranges = await listMetricRanges(sql, runId);
  return ranges.flatMap(({ key, least, greatest, samples }) => {
    const newest = latest.get(key);
    if (newest === undefined) return [];
    const value = Number.isNaN(newest.value) ? null : newest.value;
    return [
      {
        key,
        latest: value,
        latestStep: newest.step,
        latestAt: formatInstant(newest.timestamp),
        least,
        greatest,
        samples,
      },
    ];
  });
}

async function requireRunInfo(sql: Sql, runId: string): Promise<RunInfo> {
  const info = await findRunInfo(sql, runId);
  if (info === null) throw new AppError('run_not_found', `There is no run "${runId}".`, { runId });
  return info;
}

export async function readRunFacts(sql: Sql, runId: string): Promise<RunFacts> {
  const info = await requireRunInfo(sql, runId);
  const [run] = await readFullRuns(sql, [info]);
  const made = run?.modelOutputs ?? [];
  const read = run?.modelInputs ?? [];
  const models = await findModelNames(sql, [...made.map(({ modelId }) => modelId), ...read]);
  const linked = (modelId: string, step: number | null) => ({
    modelId,
    name: models.get(modelId)?.name ?? null,
    status: models.get(modelId)?.status ?? null,
    step,
  });
  return {
    lifecycleStage: info.lifecycleStage,
    user: info.userId === '' ? null : info.userId,
    artifactUri: info.artifactUri,
    datasets: (run?.datasetInputs ?? []).map(({ dataset, tags }) => ({
      name: dataset.name,
      digest: dataset.digest,
      sourceType: dataset.sourceType,
      source: dataset.source,
      context: tags.find(({ key }) => key === CONTEXT_TAG)?.value ?? null,
    })),
    modelsMade: made.map(({ modelId, step }) => linked(modelId, step)),
    modelsRead: read.map((modelId) => linked(modelId, null)),
  };
}

async function findModelNames(sql: Sql, modelIds: readonly string[]) {
  const found = new Map<string, { readonly name: string; readonly status: string }>();
  for (const ids of splitIntoChunks([...new Set(modelIds)])) {
    const query = sql.tables<TrackingTables>().selectFrom('logged_model').select(['model_id', 'name', 'status']);
    const rows = await query.where('model_id', 'in', ids).where('lifecycle_stage', '=', 'active').execute();
    for (const { model_id, name, status } of rows) found.set(model_id, { name, status });
  }
  return found;
}
