import { z } from 'zod';
import type { Connection } from './http-load.ts';
import { logBatchBody, metricKey, metricTimestamp, metricValue } from './log-batch-body.ts';

const API = '/api/2.0/mlflow';
// int64 travels as text in MLflow's JSON or as a number, as its servers please.
const Int64 = z.union([z.number(), z.string()]).transform(Number);
const Metric = z.object({ key: z.string(), value: z.number(), timestamp: Int64, step: Int64.default(0) });
const RunAnswer = z.object({
  run: z.object({ info: z.object({ run_id: z.string() }), data: z.object({ metrics: z.array(Metric).default([]) }) }),
});
const HistoryAnswer = z.object({ metrics: z.array(Metric).default([]), next_page_token: z.string().optional() });
type Metric = z.infer<typeof Metric>;

/** The few calls of the tracking protocol that the comparison needs; the same for every server. */
export class TrackingClient {
  readonly #connection: Connection;
  readonly #api: string;

  constructor(connection: Connection, url: string) {
    this.#connection = connection;
    this.#api = `${url}${API}`;
  }

  async createRun(): Promise<string> {
    const body = JSON.stringify({ experiment_id: '0', start_time: 1_793_491_200_000 });
    const answer = await this.#connection.json({ method: 'POST', url: `${this.#api}/runs/create`, body });
    return RunAnswer.parse(answer).run.info.run_id;
  }

  async logBatch(runId: string, step: number): Promise<void> {
    const body = logBatchBody(runId, step);
    const { status, body: text } = await this.#connection.send({
      method: 'POST',
      url: `${this.#api}/runs/log-batch`,
      body,
    });
    if (status !== 200) throw new Error(`log-batch: ${status} ${text.slice(0, 500)}`);
  }

  async latest(runId: string): Promise<Metric[]> {
    const answer = await this.#connection.json({ method: 'GET', url: `${this.#api}/runs/get?run_id=${runId}` });
    return RunAnswer.parse(answer).run.data.metrics.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  }

  async history(runId: string, key: string): Promise<Metric[]> {
    const url = `${this.#api}/metrics/get-history?run_id=${runId}&metric_key=${key}&max_results=25000`;
    const answer = HistoryAnswer.parse(await this.#connection.json({ method: 'GET', url }));
    if (answer.next_page_token) throw new Error('the history is longer than one page');
    return answer.metrics.toSorted((a, b) => a.step - b.step);
  }
}

/**
 * Checks before a server is timed: late steps and repeated steps. Latest value and history must match the protocol, to
 * the last bit of every value, on each server.
 */
export async function checkTracking(client: TrackingClient): Promise<void> {
  const runId = await client.createRun();
  for (const step of [1, 3, 2, 3]) await client.logBatch(runId, step);
  await checkStored(client, runId, 1, 3);
}

/** Every acknowledged step from `first` to `last` is there, once, and the latest is the last. */
export async function checkStored(client: TrackingClient, runId: string, first: number, last: number): Promise<void> {
  const latest = await client.latest(runId);
  same(
    'latest metrics',
    latest,
    latest.map((_, index) => expectedMetric(last, index)),
  );
  if (latest.length !== 100) throw new Error(`${latest.length} latest metrics, expected 100`);
  for (const index of [0, 99]) {
    const steps = Array.from({ length: last - first + 1 }, (_, offset) => expectedMetric(first + offset, index));
    same(`history of ${metricKey(index)}`, await client.history(runId, metricKey(index)), steps);
  }
}

function expectedMetric(step: number, index: number): Metric {
  return { key: metricKey(index), value: metricValue(step, index), timestamp: metricTimestamp(step), step };
}

function same(what: string, found: readonly Metric[], expected: readonly Metric[]): void {
  const text = ({ key, value, timestamp, step }: Metric) => JSON.stringify([key, value, timestamp, step]);
  const wrong = found.findIndex((metric, index) => text(metric) !== (expected[index] && text(expected[index])));
  if (found.length === expected.length && wrong === -1) return;
  const at = Math.max(wrong, 0);
  throw new Error(
    `${what}: ${found.length} of ${expected.length}; first difference ${JSON.stringify([found[at], expected[at]])}`,
  );
}
