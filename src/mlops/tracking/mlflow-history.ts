import type { Logging, RunMetric, StepRange } from '../runs/index.ts';
import { buildInvalidParameter, type Fields, type MlflowRoute, readRoute } from '../wire/index.ts';
import { metricAnswer, omitEmptyList } from './mlflow-answers.ts';
import { readRunId } from './mlflow-runs.ts';

const MAX_SAMPLES_A_RUN = 2500;
const MAX_RUNS_SAMPLED = 100;
const MAX_BULK_SAMPLES = 25_000;

/** Metrics read back: of one run in pages, of many whole, of many as samples. */
export function historyRoutes(logging: Logging): MlflowRoute[] {
  return [
    readRoute(
      'GET',
      '/mlflow/metrics/get-history',
      async ({ fields }) => {
        const page = await logging.history(readRunId(fields), fields.requiredText('metric_key'), {
          maxResults: fields.integer('max_results'),
          pageToken: fields.text('page_token'),
        });
        return {
          metrics: omitEmptyList(page.items.map(metricAnswer)),
          next_page_token: page.nextPageToken ?? undefined,
        };
      },
      'object',
    ),
    readRoute(
      'GET',
      '/mlflow/metrics/get-history-bulk',
      async ({ fields }) => readBulkHistory(logging, fields),
      'object',
    ),
    readRoute(
      'GET',
      '/mlflow/metrics/get-history-bulk-interval',
      async ({ fields }) => {
        const runIds = fields.texts('run_ids');
        if (runIds.length === 0) throw buildInvalidParameter("Missing value for required parameter 'run_ids'.");
        if (runIds.length > MAX_RUNS_SAMPLED) {
          throw buildInvalidParameter(
            `GetMetricHistoryBulkInterval request must specify at most ${MAX_RUNS_SAMPLED} run_ids. ` +
              `Received ${runIds.length} run_ids.`,
          );
        }
        const limit = fields.integer('max_results') ?? MAX_SAMPLES_A_RUN;
        if (limit < 1 || limit > MAX_SAMPLES_A_RUN) {
          throw buildInvalidParameter(`max_results must be between 1 and ${MAX_SAMPLES_A_RUN}.`);
        }
        const key = fields.requiredText('metric_key');
        const metrics = await logging.sampled(runIds, key, limit, readStepRange(fields));
        return { metrics: omitEmptyList(metrics.map((metric) => ({ ...metricAnswer(metric), run_id: metric.runId }))) };
      },
      'object',
    ),
  ];
}

/** Request of MLflow's own web pages: no pages, and NaN as Python writes it. */
async function readBulkHistory(logging: Logging, fields: Fields): Promise<string> {
  const runIds = fields.texts('run_id');
  if (runIds.length === 0) {
    throw buildInvalidParameter('GetMetricHistoryBulk request must specify at least one run_id.');
  }
  checkCount('GetMetricHistoryBulk', 'run_ids', runIds.length, MAX_RUNS_SAMPLED);
  if (!fields.has('metric_key')) throw buildInvalidParameter('GetMetricHistoryBulk request must specify a metric_key.');
  const limit = Math.min(fields.integer('max_results') ?? MAX_BULK_SAMPLES, MAX_BULK_SAMPLES);
  if (limit < 0) throw fields.invalid('max_results');
  const metrics = await logging.bulk([...new Set(runIds)].toSorted(), fields.text('metric_key') ?? '', limit);
  return `{"metrics":[${metrics.map(toBareMetric).join(',')}]}`;
}

function toBareMetric({ key, value, timestamp, step, runId }: RunMetric): string {
  const [shownKey, shownRun] = [JSON.stringify(key), JSON.stringify(runId)];
  return `{"key":${shownKey},"value":${value},"timestamp":${timestamp},"step":${step},"run_id":${shownRun}}`;
}

export function checkCount(request: string, field: string, count: number, limit: number): void {
  if (count <= limit) return;
  throw buildInvalidParameter(
    `${request} request cannot specify more than ${limit} ${field}. Received ${count} ${field}.`,
  );
}

function readStepRange(fields: Fields): StepRange | null {
  const [start, end] = [fields.integer('start_step'), fields.integer('end_step')];
  if (start === undefined && end === undefined) return null;
  if (start === undefined || end === undefined) {
    throw buildInvalidParameter('If either start step or end step are specified, both must be specified.');
  }
  if (start <= end) return { start, end };
  throw buildInvalidParameter(
    `end_step must be greater than start_step. Found start_step=${start} and end_step=${end}.`,
  );
}
