import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { findMlflowPython } from '../../support/mlflow-server.ts';
import type { Campaign } from './clients.ts';
import type { Sender } from './sender.ts';

const PAUSE_MS = 400;
const POINTS = 20;
const Points = z.array(z.tuple([z.number(), z.number()]));

/** A run of which every write was acknowledged; a metric is a list of steps, each with its value. */
const LoggedRun = z.object({
  run: z.string(),
  params: z.record(z.string(), z.string()),
  metrics: z.record(z.string(), Points),
});
export type LoggedRun = z.infer<typeof LoggedRun>;
const Line = z.union([z.object({ error: z.string() }), LoggedRun]);

interface Clients {
  readonly count: number;
  /** Id of their experiment. */
  readonly experiment: string;
  /** Resolves when the campaign is over. */
  readonly over: Promise<void>;
}

export async function createExperiment(sender: Sender): Promise<string> {
  const Answer = z.object({ experiment_id: z.string() });
  return (await mlflow(sender, 'experiments/create', { name: 'campaign' }, Answer)).experiment_id;
}

/** Runs of several MLflow clients: threads of Python's client where it is installed, else requests as it sends them. */
export async function logRuns(campaign: Campaign, clients: Clients): Promise<LoggedRun[]> {
  const python = findMlflowPython();
  if (python !== null) return logByPython(python, { url: campaign.sender.url, ...clients });
  const numbers = Array.from({ length: clients.count }, (_, number) => number);
  return (await Promise.all(numbers.map((number) => logRunsOf(campaign, number, clients.experiment)))).flat();
}

async function logByPython(
  python: string,
  { url, count, experiment, over }: Clients & { readonly url: string },
): Promise<LoggedRun[]> {
  const words = [join(import.meta.dirname, 'mlflow_load.py'), String(count), experiment];
  const child = spawn(python, words, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      MLFLOW_TRACKING_URI: url,
      MLFLOW_DISABLE_TELEMETRY: 'true',
      MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR: '1',
      PYTHONDONTWRITEBYTECODE: '1',
    },
  });
  const exited = once(child, 'exit');
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  void over.then(() => child.stdin.end());
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2000);
  });
  const runs: LoggedRun[] = [];
  const errors: string[] = [];
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const parsed = Line.parse(JSON.parse(line));
      if ('error' in parsed) errors.push(parsed.error);
      else runs.push(parsed);
    }
    const [code] = await exited;
    if (code !== 0) errors.push(said);
  } finally {
    kill();
    process.off('exit', kill);
  }
  if (errors.length > 0) throw new Error(`MLflow's clients failed: ${errors.join('; ')}`);
  return runs;
}

const Created = z.object({ run: z.object({ info: z.object({ run_id: z.string() }) }) });

async function logRunsOf({ sender, isOver }: Campaign, number: number, experiment: string): Promise<LoggedRun[]> {
  const runs: LoggedRun[] = [];
  for (let count = 1; !isOver(); count += 1) {
    const created = await mlflow(sender, 'runs/create', { experiment_id: experiment, start_time: Date.now() }, Created);
    const { run_id } = created.run.info;
    await mlflow(sender, 'runs/log-parameter', { run_id, key: 'rank', value: String(count) });
    const loss = [0, 1, 2].map((step): [number, number] => [step, count + step / 4]);
    for (const [step, value] of loss)
      await mlflow(sender, 'runs/log-metric', { run_id, key: 'loss', value, step, timestamp: Date.now() });
    const curve = Array.from({ length: POINTS }, (_, point): [number, number] => [point, point]);
    const timestamp = Date.now();
    const metrics = curve.map(([step, value]) => ({ key: 'curve', value, step, timestamp }));
    const params = [{ key: 'client', value: String(number) }];
    await mlflow(sender, 'runs/log-batch', { run_id, metrics, params });
    await mlflow(sender, 'runs/update', { run_id, status: 'FINISHED', end_time: Date.now() });
    runs.push({ run: run_id, params: { rank: String(count), client: String(number) }, metrics: { loss, curve } });
    await pause(PAUSE_MS);
  }
  return runs;
}

async function mlflow<T>(sender: Sender, path: string, body: object, answer?: z.ZodType<T>): Promise<T> {
  const { status, text } = await sender.post(`/api/2.0/mlflow/${path}`, body);
  if (status !== 200) throw new Error(`${path}: ${status} ${text}`);
  return (answer ?? z.unknown()).parse(JSON.parse(text)) as T;
}

const StoredRun = z.object({
  run: z.object({
    info: z.object({ status: z.string() }),
    data: z.object({ params: z.array(z.object({ key: z.string(), value: z.string() })).default([]) }),
  }),
});
const History = z.object({ metrics: z.array(z.object({ step: z.number(), value: z.number() })).default([]) });

/** A run as a server has it, in the form in which its client noted it. */
export async function readRun(sender: Sender, { run, metrics }: LoggedRun): Promise<LoggedRun & { status: string }> {
  const get = async <T>(path: string, answer: z.ZodType<T>) =>
    answer.parse(JSON.parse((await sender.send(`/api/2.0/mlflow/${path}`, { method: 'GET' })).text));
  const stored = (await get(`runs/get?run_id=${run}`, StoredRun)).run;
  const params = Object.fromEntries(stored.data.params.map(({ key, value }) => [key, value]));
  const read: Record<string, [number, number][]> = {};
  for (const key of Object.keys(metrics)) {
    const { metrics: points } = await get(`metrics/get-history?run_id=${run}&metric_key=${key}`, History);
    read[key] = points.map(({ step, value }): [number, number] => [step, value]).toSorted(([a], [b]) => a - b);
  }
  return { run, params, metrics: read, status: stored.info.status };
}
