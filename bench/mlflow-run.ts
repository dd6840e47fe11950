import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type CoreSplit, pinnedLoad, splitCores } from './cores.ts';
import { Connection } from './http-load.ts';
import { describeMachine } from './machine.ts';
import { findMlflow } from './mlflow.ts';
import { asJson, asMarkdown, type CaseReport, writeFigures } from './report.ts';
import { untilIdle } from './server-process.ts';
import { artifactCase } from './versus/artifact-case.ts';
import { loggingCase, oppositeCase, retryCase } from './versus/logging-cases.ts';
import { createRecord, type Record } from './versus/record.ts';
import { versionsCase } from './versus/registry-case.ts';
import { searchCase } from './versus/search-case.ts';
import type { Session, Sizes, VersusCase } from './versus/session.ts';
import { type Engine, type Side, sidesOf, startDatabase } from './versus/sides.ts';
import { spansCase } from './versus/spans-case.ts';

const cases: Readonly<{ [name: string]: { readonly title: string; readonly run: VersusCase } }> = {
  start: { title: 'Start and idle memory', run: startCase },
  logging: { title: 'log-metric and log-batch', run: loggingCase },
  retry: { title: 'A batch sent again, and a long history', run: retryCase },
  opposite: { title: 'Two writers on one run', run: oppositeCase },
  search: { title: 'search-runs', run: searchCase },
  versions: { title: 'Model versions', run: versionsCase },
  artifact: { title: 'Artifacts', run: artifactCase },
  spans: { title: 'Traces', run: spansCase },
};

const full: Sizes = {
  loadMs: 2000,
  times: 30,
  runs: [1000, 20_000],
  historyPoints: 50_000,
  versions: 2000,
  artifactBytes: 1 << 30,
  spans: 3000,
};
const quick: Sizes = {
  loadMs: 1000,
  times: 5,
  runs: [1000],
  historyPoints: 5000,
  versions: 200,
  artifactBytes: 64 << 20,
  spans: 300,
};

const usage = `Usage: npm run bench:mlflow -- [--store sqlite|postgres] [--quick] [--large] [--only CASE]… [--json FILE]

Steelyard and the mlflow server of TEST_MLFLOW_PYTHON (or .cache/mlflow/bin/python), one after the other on this machine;
writes its section of docs/benchmarks.md. With --quick or --only the table is printed instead. --large adds 100,000 runs
and takes 5,000 versions. Cases: ${Object.keys(cases).join(', ')}.`;

/** As in the other benchmark: memory of the start is released by then. */
const REST_MS = 5000;

async function startCase({ server, measured }: Session): Promise<void> {
  await pause(REST_MS);
  const { residentBytes, proportionalBytes } = server.facts();
  measured('ready, on an empty folder', 's', server.readyMs / 1000);
  measured('idle memory, resident', 'MB', residentBytes / 1e6);
  measured('idle memory, shared pages counted once', 'MB', proportionalBytes / 1e6);
}

const startedAt = performance.now();

function report(line: string): void {
  console.error(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${line}`);
}

interface Options {
  readonly engine: Engine;
  readonly sizes: Sizes;
  readonly only: readonly string[];
  readonly partial: boolean;
  readonly json: string | null;
}

function readOptions(): Options | 'help' {
  const { values } = parseArgs({
    options: {
      store: { type: 'string', default: 'sqlite' },
      quick: { type: 'boolean', default: false },
      large: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const engine = (['sqlite', 'postgres'] as const).find((name) => name === values.store);
  if (engine === undefined) throw new Error(`--store ${values.store}: expected sqlite or postgres`);
  const unknown = values.only.find((name) => !Object.hasOwn(cases, name));
  if (unknown !== undefined) throw new Error(`--only ${unknown}: expected ${Object.keys(cases).join(', ')}`);
  const sizes = values.quick ? quick : values.large ? { ...full, runs: [...full.runs, 100_000], versions: 5000 } : full;
  const only = values.only.length === 0 ? Object.keys(cases) : values.only;
  return { engine, sizes, only, partial: values.quick || values.only.length > 0, json: values.json ?? null };
}

async function bench(options: Options): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'steelyard-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  const mlflow = findMlflow(folder);
  if (mlflow === null)
    throw new Error('There is no mlflow to compare with: TEST_MLFLOW_PYTHON names no Python with it.');
  const cores = splitCores();
  await using postgres = await startDatabase(options.engine);
  using _pinned = pinnedLoad(cores);
  const sides = sidesOf(mlflow, options.engine, postgres, cores);
  const record = createRecord(sides.map(({ subject }) => subject));
  for (const side of sides) await measureSide(side, options, join(folder, 'side'), record);
  const reports = options.only.map((name): CaseReport => record.report(name, cases[name]?.title ?? name));
  const machine = [...describeMachine(mlflow), ...conditions(options.engine, cores, postgres?.version ?? null)];
  const figures = [asMarkdown(machine, reports), ...record.differences()].join('\n\n');
  if (options.json !== null) writeFileSync(options.json, asJson(machine, reports));
  if (record.differences().length > 0) process.exitCode = 1;
  if (options.partial) return console.log(figures);
  const section = options.engine === 'sqlite' ? 'mlflow' : 'mlflow-postgres';
  writeFigures(fileURLToPath(new URL('../docs/benchmarks.md', import.meta.url)), figures, section);
  report('figures are in docs/benchmarks.md');
}

/** Runs every case on one server; reports a failed case and continues with the others. */
async function measureSide(side: Side, { only, sizes }: Options, folder: string, record: Record): Promise<void> {
  mkdirSync(folder, { recursive: true });
  report(`${side.subject}: start`);
  const { server: started, insert } = await side.start(folder);
  await using server = started;
  using connection = new Connection();
  await untilIdle(server);
  for (const name of only) {
    report(`${side.subject}: ${name}`);
    const session: Session = { ...record.of(side.subject, name), server, connection, sizes, insert };
    try {
      await cases[name]?.run(session);
    } catch (error) {
      record.failed(side.subject, name, error instanceof Error ? error.message : String(error));
    }
  }
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
}

function conditions(engine: Engine, { server, load }: CoreSplit, postgres: string | null): string[] {
  const pinning =
    server === null
      ? 'Servers and load generator share the cores; nothing was pinned.'
      : `The server ran on core ${server}, the load generator on core ${load}, one server at a time.`;
  if (engine === 'sqlite') return [pinning, 'SQLite on every side in WAL mode with synchronous=FULL.'];
  return [pinning, `PostgreSQL ${postgres} with its defaults (fsync on), free to run on every core.`];
}

try {
  const options = readOptions();
  if (options === 'help') console.log(usage);
  else await bench(options);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
