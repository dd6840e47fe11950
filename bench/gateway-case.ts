import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { linearGraph } from '../src/mlops/serving/graphs.testing.ts';
import type { CaseContext } from './case-context.ts';
import { splitCores } from './cores.ts';
import { endpointAt, portIn, register, serve, until } from './gateway/endpoints.ts';
import { drive, onCores } from './gateway/load.ts';
import type { LoadPlan } from './gateway/load-program.ts';
import { otherServers } from './gateway/others.ts';
import type { CaseReport, Figure } from './report.ts';
import { percentile } from './statistics.ts';
import { startSteelyard } from './steelyard.ts';

const OURS = 'Steelyard';
const CONNECTIONS = 32;
const WARM_UP = 50;

const V2 = JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 4], data: [1, 2, 3, 4] }] });
const MLFLOW = JSON.stringify({ inputs: [[1, 2, 3, 4]] });

type Target = LoadPlan['targets'][number];

/**
 * Latency that the gateway adds to a call, its throughput on one core with the log on, and the onnx backend compared
 * with other servers.
 */
export async function measureGateway(context: CaseContext): Promise<CaseReport> {
  const { options, folder, report } = context;
  const place = join(folder, 'gateway');
  mkdirSync(place, { recursive: true });
  const cores = splitCores();
  const graph = join(place, 'bench.onnx');
  writeFileSync(graph, linearGraph([0.1, 0.2, 0.3, 0.4]));
  const measured = {
    p50: [] as number[],
    p99: [] as number[],
    passed: [] as number[],
    converted: [] as number[],
    onnx: [] as number[],
  };
  {
    await using server = await startSteelyard(join(place, 'server'), cores.server);
    const port = Number(new URL(server.url).port);
    const direct = await serveNothing(server.url, place, cores.load);
    await register(server.url, 'linear', 'model.onnx', linearGraph([0.1, 0.2, 0.3, 0.4]));
    await serve(server.url, 'linear', {
      variants: { main: { model: 'linear', version: 1, backend: 'onnx' } },
      limits: { concurrency: 64 },
    });
    const passed = { port, path: '/serve/bench/v2/models/bench/infer', body: V2 };
    const converted = { port, path: '/serve/bench/invocations', body: MLFLOW };
    const onnx = { port, path: '/serve/linear/invocations', body: MLFLOW };
    for (let repetition = 1; repetition <= options.repetitions; repetition += 1) {
      report(`gateway: repetition ${repetition} of ${options.repetitions}`);
      const [alone, through] = await drive(planOf([direct, passed], 1, options.loadMs), cores.load);
      const added = (ratio: number) =>
        percentile(through?.latenciesMs ?? [], ratio) - percentile(alone?.latenciesMs ?? [], ratio);
      measured.p50.push(added(0.5));
      measured.p99.push(added(0.99));
      const loads = await drive(planOf([passed, converted, onnx], CONNECTIONS, options.loadMs), cores.load);
      const [ofPassed = 0, ofConverted = 0, ofOnnx = 0] = loads.map(
        ({ latenciesMs, durationMs }) => (latenciesMs.length * 1000) / durationMs,
      );
      measured.passed.push(ofPassed);
      measured.converted.push(ofConverted);
      measured.onnx.push(ofOnnx);
    }
    await checkLog(server.url);
  }
  const others = await measureOthers(context, place, graph);
  return reportOf(measured, others);
}

function planOf(targets: Target[], connections: number, durationMs: number): LoadPlan {
  return { targets, connections, durationMs, warmUp: WARM_UP };
}

/** An endpoint with a no-op model that shares its cores with the load; returns the model's direct address. */
async function serveNothing(url: string, folder: string, cores: string | null): Promise<Target> {
  const file = join(folder, 'port');
  const program = fileURLToPath(new URL('./gateway/model-server.ts', import.meta.url));
  const command = onCores(cores, [process.execPath, program, '{port}', file]);
  await register(url, 'bench', 'MLmodel', 'flavors: {}');
  const main = { model: 'bench', version: 1, backend: 'process', process: { protocol: 'v2', command } };
  await serve(url, 'bench', { variants: { main }, limits: { concurrency: 64 } });
  return { port: portIn(file), path: '/v2/models/bench/infer', body: V2 };
}

/** A rate without its log would be another one. */
async function checkLog(url: string): Promise<void> {
  await until(async () => (await endpointAt(url, 'bench')).log.waiting === 0, 'the prediction log');
  const { log } = await endpointAt(url, 'bench');
  if (log.kept === 0 || log.behind + log.failed + log.withoutContent > 0)
    throw new Error(`the log: ${JSON.stringify(log)}`);
}

async function measureOthers({ options, report }: CaseContext, place: string, graph: string): Promise<Figure[]> {
  const cores = splitCores();
  const figures: Figure[] = [];
  for (const [at, other] of otherServers(graph).entries()) {
    report(`gateway: ${other.name}`);
    await using server = await other.start(join(place, `other-${at}`), cores.server);
    const body = other.path === '/invocations' ? MLFLOW : V2;
    const target = { port: Number(new URL(server.url).port), path: other.path, body };
    const values: number[] = [];
    for (let repetition = 1; repetition <= options.repetitions; repetition += 1) {
      const [load] = await drive(planOf([target], CONNECTIONS, options.loadMs), cores.load);
      values.push(load === undefined ? 0 : (load.latenciesMs.length * 1000) / load.durationMs);
    }
    figures.push({ measure: 'onnx', subject: other.name, unit: 'requests/s', values });
  }
  return figures;
}

function reportOf(
  measured: Readonly<Record<'p50' | 'p99' | 'passed' | 'converted' | 'onnx', readonly number[]>>,
  others: readonly Figure[],
): CaseReport {
  const figure = (measure: string, unit: Figure['unit'], values: readonly number[]): Figure => ({
    measure,
    subject: OURS,
    unit,
    values,
  });
  const p50 = figure('added to a call, p50', 'ms', measured.p50);
  const p99 = figure('added to a call, p99', 'ms', measured.p99);
  const passed = figure('bytes passed on, log on', 'requests/s', measured.passed);
  const converted = figure('MLflow to v2, log on', 'requests/s', measured.converted);
  const onnx = figure('one ONNX model, one row, log on', 'requests/s', measured.onnx);
  const alone = (one: Figure) => ({ measure: one.measure, figures: [one, ...others.map(() => null)] });
  return {
    name: 'gateway',
    title: 'Serving: the gateway beside a direct call, and the onnx backend beside other servers',
    subjects: [OURS, ...others.map(({ subject }) => subject)],
    comparisons: [...[p50, p99, passed, converted].map(alone), { measure: onnx.measure, figures: [onnx, ...others] }],
    budgets: [
      { what: 'added by the gateway to a direct call, p50', limit: 0.5, figure: p50 },
      { what: 'added by the gateway to a direct call, p99', limit: 3, figure: p99 },
      { what: 'requests passed on by one core, with the log on', limit: 5_000, figure: passed, atLeast: true },
    ],
    notes: [
      'Added: percentiles of the same call over one connection through the gateway, less those of the direct call in turn with it.',
      `Requests/s: ${CONNECTIONS} connections from one process on another core; every answer is in the prediction log (answer: after, fsync: always).`,
      'Replicas of the onnx backend run on the cores of the server. Other servers have the same cores, one worker, and no log.',
    ],
  };
}
