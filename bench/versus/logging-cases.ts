import { z } from 'zod';
import { Connection } from '../http-load.ts';
import { checkStored, checkTracking, TrackingClient } from '../tracking-client.ts';
import { API, get, measureCall, measureLoad, post, type Session } from './session.ts';

const FIRST_TIMESTAMP = 1_793_491_200_000;
const Int64 = z.union([z.number(), z.string()]).transform(Number);
const History = z.object({
  metrics: z.array(z.object({ value: z.number(), timestamp: Int64, step: Int64 })).default([]),
  next_page_token: z.string().optional(),
});

/** log-metric, and log-batch of 10, 100 and 1,000 metrics, from one client, eight and 32. */
export async function loggingCase(session: Session): Promise<void> {
  await checkTracking(new TrackingClient(session.connection, session.server.url));
  const refusals: string[] = [];
  for (const clients of [1, 8, 32]) {
    for (const metrics of [null, 10, 100, 1000]) {
      // Upstream refuses some loads of 32 clients; the others are still of interest.
      await measureLogging(session, clients, metrics).catch((error: unknown) => refusals.push(String(error)));
    }
  }
  if (refusals.length > 0) throw new Error(`${refusals.length} loads were refused, the first so: ${refusals[0]}`);
}

async function measureLogging(session: Session, clients: number, metrics: number | null): Promise<void> {
  using stack = new DisposableStack();
  const trainings = await Promise.all(
    Array.from({ length: clients }, async () => {
      const connection = stack.use(new Connection());
      return { connection, runId: await new TrackingClient(connection, session.server.url).createRun(), steps: 0 };
    }),
  );
  const senders = trainings.map((training) => async () => {
    const step = ++training.steps;
    const { runId: run_id } = training;
    if (metrics === null) await post(session, 'runs/log-metric', { run_id, ...sample(0, step) }, training.connection);
    else await post(session, 'runs/log-batch', { run_id, ...batchOf(metrics, step) }, training.connection);
  });
  const what = metrics === null ? 'log-metric' : `log-batch of ${metrics}`;
  await measureLoad(session, `${what}, ${clients === 1 ? '1 client' : `${clients} clients`}`, senders);
  if (metrics !== 100) return;
  for (const { connection, runId, steps } of trainings) {
    await checkStored(new TrackingClient(connection, session.server.url), runId, 1, steps);
  }
}

function sample(index: number, step: number) {
  return {
    key: `layer_${String(index).padStart(3, '0')}_gradient_norm`,
    value: Math.abs(Math.sin(step * 12.9898 + index * 78.233)) * (1 + index),
    timestamp: FIRST_TIMESTAMP + step * 1000,
    step,
  };
}

function batchOf(metrics: number, step: number) {
  return { metrics: Array.from({ length: metrics }, (_, index) => sample(index, step)), params: [], tags: [] };
}

/** The same batch again, as a client sends it that lost the answer, while the history of its metric grows. */
export async function retryCase(session: Session): Promise<void> {
  const { historyPoints } = session.sizes;
  const runId = await new TrackingClient(session.connection, session.server.url).createRun();
  const batch = (first: number) => ({
    run_id: runId,
    metrics: Array.from({ length: 1000 }, (_, offset) => ({ ...sample(0, first + offset) })),
  });
  for (let points = 0; points < historyPoints; ) {
    const first = points;
    await post(session, 'runs/log-batch', batch(first));
    points += 1000;
    if (points !== historyPoints && points !== historyPoints / 5) continue;
    const label = `retry of 1,000 metrics, history of ${points.toLocaleString('en-US')}`;
    await measureCall(session, label, () => post(session, 'runs/log-batch', batch(first)), 5);
  }
  let samples = 0;
  const readAll = async () => {
    samples = await readHistory(session, runId, sample(0, 0).key);
  };
  await measureCall(session, `history of ${historyPoints.toLocaleString('en-US')} points`, readAll, 5);
  session.answered('points in the history after the retries', samples);
}

async function readHistory(session: Session, runId: string, key: string): Promise<number> {
  const query = { run_id: runId, metric_key: key, max_results: '25000' };
  let samples = 0;
  for (let token: string | undefined = ''; token !== undefined; ) {
    const page: z.infer<typeof History> = History.parse(
      await get(session, 'metrics/get-history', token === '' ? query : { ...query, page_token: token }),
    );
    samples += page.metrics.length;
    token = page.next_page_token || undefined;
  }
  return samples;
}

/** Two writers on one run whose keys come in opposite order: upstream deadlocked on them in PostgreSQL. */
export async function oppositeCase(session: Session): Promise<void> {
  using one = new Connection();
  using other = new Connection();
  const runId = await new TrackingClient(one, session.server.url).createRun();
  let step = 0;
  let refused = 0;
  const sender = (connection: Connection, reversed: boolean) => async () => {
    const { metrics } = batchOf(100, ++step);
    const body = JSON.stringify({ run_id: runId, metrics: reversed ? metrics.reverse() : metrics });
    const url = `${session.server.url}${API}/runs/log-batch`;
    if ((await connection.send({ method: 'POST', url, body })).status !== 200) refused += 1;
  };
  await measureLoad(session, 'two writers, keys in opposite order', [sender(one, false), sender(other, true)]);
  session.measured('two writers, keys in opposite order: failed', 'requests', refused);
}
