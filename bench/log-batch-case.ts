import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { CaseContext } from './case-context.ts';
import { type CoreSplit, pinnedLoad, splitCores } from './cores.ts';
import { Connection, driveLoad } from './http-load.ts';
import type { Mlflow, MlflowSetup } from './mlflow.ts';
import type { CaseReport, Comparison, Figure } from './report.ts';
import { type ServerProcess, untilIdle } from './server-process.ts';
import { percentile } from './statistics.ts';
import { startSteelyard } from './steelyard.ts';
import { checkStored, checkTracking, TrackingClient } from './tracking-client.ts';

interface LoadFigures {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly serverCpuMs: number;
}

interface Side {
  readonly subject: string;
  start(folder: string): Promise<ServerProcess>;
  /** Figures of each repetition, by number of connections. */
  readonly runs: Map<number, LoadFigures[]>;
}

const CONNECTIONS = [1, 8] as const;

/**
 * log-batch of 100 metrics, from one training and from eight concurrently; one server at a time, each on an empty
 * store.
 */
export async function measureLogBatch(context: CaseContext): Promise<CaseReport> {
  const { options, folder, report, mlflow } = context;
  const cores = splitCores();
  const sides = sidesOf(mlflow, cores);
  using _pinned = pinnedLoad(cores);
  for (let repetition = 1; repetition <= options.repetitions; repetition++) {
    for (const side of sides) {
      report(`log-batch: ${side.subject}, repetition ${repetition} of ${options.repetitions}`);
      const place = join(folder, 'log-batch');
      await measureOnce(side, place, options.loadMs);
      rmSync(place, { recursive: true, force: true });
    }
  }
  return {
    name: 'log-batch',
    title: 'log-batch of 100 metrics',
    subjects: sides.map(({ subject }) => subject),
    comparisons: CONNECTIONS.flatMap((connections) => compare(sides, connections)),
    budgets: [],
    notes: notesOf(mlflow, cores),
  };
}

function sidesOf(mlflow: Mlflow | null, { server }: CoreSplit): Side[] {
  const ours: Side = { subject: 'Steelyard', start: (place) => startSteelyard(place, server), runs: new Map() };
  if (mlflow === null) return [ours];
  const side = (subject: string, setup: MlflowSetup): Side => ({
    subject,
    start: (place) => {
      mlflow.prepare(place);
      return mlflow.start(place, setup, server);
    },
    runs: new Map(),
  });
  return [
    ours,
    side('mlflow, as it comes', { workers: null, journal: 'default' }),
    side('mlflow, 1 worker, WAL', { workers: 1, journal: 'wal' }),
  ];
}

async function measureOnce(side: Side, place: string, loadMs: number): Promise<void> {
  await using server = await side.start(place);
  using connection = new Connection();
  await untilIdle(server);
  await checkTracking(new TrackingClient(connection, server.url));
  for (const connections of CONNECTIONS) {
    const figures = await measureConnections(server, connections, loadMs);
    side.runs.set(connections, [...(side.runs.get(connections) ?? []), figures]);
  }
}

async function measureConnections(server: ServerProcess, connections: number, loadMs: number): Promise<LoadFigures> {
  using stack = new DisposableStack();
  const trainings = await Promise.all(
    Array.from({ length: connections }, async () => {
      const client = new TrackingClient(stack.use(new Connection()), server.url);
      return { client, runId: await client.createRun(), steps: 0 };
    }),
  );
  const senders = trainings.map((training) => () => training.client.logBatch(training.runId, ++training.steps));
  await driveLoad(senders, loadMs / 2);
  const { cpuMs: before } = server.facts();
  const { durationMs, latenciesMs } = await driveLoad(senders, loadMs);
  const { cpuMs: after } = server.facts();
  for (const { client, runId, steps } of trainings) await checkStored(client, runId, 1, steps);
  return {
    requestsPerSecond: latenciesMs.length / (durationMs / 1000),
    p50Ms: percentile(latenciesMs, 0.5),
    p95Ms: percentile(latenciesMs, 0.95),
    serverCpuMs: (after - before) / latenciesMs.length,
  };
}

function compare(sides: readonly Side[], connections: number): Comparison[] {
  const label = connections === 1 ? '1 connection' : `${connections} connections`;
  const row = (what: string, unit: Figure['unit'], value: (figures: LoadFigures) => number): Comparison => {
    const measure = `${label}: ${what}`;
    return {
      measure,
      figures: sides.map(({ subject, runs }) => {
        const values = (runs.get(connections) ?? []).map(value);
        return { measure, subject, unit, values };
      }),
    };
  };
  return [
    row('requests', 'requests/s', (figures) => figures.requestsPerSecond),
    row('latency, median', 'ms', (figures) => figures.p50Ms),
    row('latency, 95th percentile', 'ms', (figures) => figures.p95Ms),
    row("server's processor time a request", 'ms', (figures) => figures.serverCpuMs),
  ];
}

function notesOf(mlflow: Mlflow | null, { server, load }: CoreSplit): string[] {
  const pinning =
    server === null
      ? 'Server and load generator share the cores; nothing was pinned.'
      : `The server ran on core ${server}, the load generator on core ${load}.`;
  const durability = 'Steelyard: SQLite in WAL mode with synchronous=FULL: an acknowledged batch is on the disk.';
  if (mlflow === null) return [pinning, durability, 'mlflow server: not measured: no mlflow.'];
  return [
    pinning,
    durability,
    "mlflow as it comes: 4 workers, rollback journal; it leaves SQLite's synchronous at its default, FULL, in both setups.",
    'After each load every acknowledged step was read back from the history, on every side.',
  ];
}
