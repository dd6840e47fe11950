import { execFile } from 'node:child_process';
import { createReadStream, existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { compareDrift, makeDriftProfile, sendDriftFile } from '../src/mlops/drift/schema.ts';
import { buildUrl, type Endpoint, type ResponseOf } from '../src/platform/contract/schema.ts';
import type { CaseContext } from './case-context.ts';
import { type DriftFiles, writeDriftFiles } from './drift-files.ts';
import { Connection } from './http-load.ts';
import type { CaseReport, Figure } from './report.ts';
import type { ServerProcess } from './server-process.ts';
import { startSteelyard } from './steelyard.ts';

const SUBJECTS = ['Steelyard', 'Evidently'] as const;
const [OURS, THEIRS] = SUBJECTS;

interface DriftRun {
  readonly sendMs: number;
  readonly compareMs: number;
}

const EvidentlyRun = z.object({
  version: z.string(),
  columns: z.number(),
  seconds: z.number(),
  peakBytes: z.number(),
});
type EvidentlyRun = z.infer<typeof EvidentlyRun>;

/** Two files column by column: sent and compared, against a stored profile, and by Evidently's own preset. */
export async function measureDrift({ options, folder, report }: CaseContext): Promise<CaseReport> {
  report(`drift: writing ${options.driftRows} rows twice`);
  const place = join(folder, 'drift');
  mkdirSync(place, { recursive: true });
  const files = await writeDriftFiles(place, options.driftRows);
  const python = findEvidently();
  const [cold, profiled]: [DriftRun[], DriftRun[]] = [[], []];
  let peakBytes = 0;
  {
    await using server = await startSteelyard(join(place, 'server'));
    for (let repetition = 1; repetition <= options.repetitions; repetition += 1) {
      report(`drift: repetition ${repetition} of ${options.repetitions}`);
      cold.push(await compareOnce(server, files, null));
    }
    const file = await send(server, files.reference);
    await ask(server, makeDriftProfile, { name: 'bench', file });
    for (const _ of cold) profiled.push(await compareOnce(server, files, 'bench'));
    peakBytes = server.facts().peakResidentBytes;
  }
  const theirs = python === null ? null : await runEvidently(python, files, report);
  return reportOf(files, options.driftRows, { cold, profiled, peakBytes, theirs });
}

/** `pip install evidently pyarrow 'pandas<3'`: with a newer pandas Evidently 0.7 does not start. */
function findEvidently(): string | null {
  const cached = fileURLToPath(new URL('../.cache/evidently/bin/python', import.meta.url));
  return process.env.TEST_EVIDENTLY_PYTHON ?? (existsSync(cached) ? cached : null);
}

async function runEvidently(python: string, files: DriftFiles, report: CaseContext['report']): Promise<EvidentlyRun> {
  report('drift: Evidently, once');
  const program = fileURLToPath(new URL('./drift-evidently.py', import.meta.url));
  const { stdout } = await promisify(execFile)(python, [program, files.reference, files.current]);
  const run = EvidentlyRun.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
  if (run.columns !== files.columns) throw new Error(`Evidently compared ${run.columns} of ${files.columns} columns`);
  return run;
}

async function compareOnce(server: ServerProcess, files: DriftFiles, profile: string | null): Promise<DriftRun> {
  const startedAt = performance.now();
  const reference = profile === null ? await send(server, files.reference) : { profile };
  const current = await send(server, files.current);
  const sentAt = performance.now();
  const { compared } = await ask(server, compareDrift, { reference, current, method: 'auto' });
  if (compared !== files.columns) throw new Error(`${compared} of ${files.columns} columns were compared`);
  return { sendMs: sentAt - startedAt, compareMs: performance.now() - sentAt };
}

async function send(server: ServerProcess, path: string) {
  using connection = new Connection();
  const answer = await connection.json({
    method: 'POST',
    url: `${server.url}${buildUrl(sendDriftFile, { query: { name: 'bench.parquet' } })}`,
    type: 'application/octet-stream',
    body: createReadStream(path, { highWaterMark: 1024 * 1024 }),
  });
  return { upload: sendDriftFile.response.parse(answer).upload, name: path };
}

async function ask<E extends Endpoint>(server: ServerProcess, endpoint: E, body: unknown): Promise<ResponseOf<E>> {
  using connection = new Connection();
  const url = `${server.url}${buildUrl(endpoint, {})}`;
  const answer = await connection.json({ method: 'POST', url, body: JSON.stringify(body) });
  return endpoint.response.parse(answer) as ResponseOf<E>;
}

interface Runs {
  readonly cold: readonly DriftRun[];
  readonly profiled: readonly DriftRun[];
  readonly peakBytes: number;
  readonly theirs: EvidentlyRun | null;
}

function reportOf(files: DriftFiles, rows: number, { cold, profiled, peakBytes, theirs }: Runs): CaseReport {
  const figure = (
    measure: string,
    unit: Figure['unit'],
    values: readonly number[],
    subject: string = OURS,
  ): Figure => ({
    measure,
    subject,
    unit,
    values,
  });
  const seconds = (ms: number) => ms / 1000;
  const other = (measure: string, unit: Figure['unit'], value: number | undefined) =>
    value === undefined ? null : figure(measure, unit, [value], THEIRS);
  const whole = figure(
    'sent and compared',
    's',
    cold.map((run) => seconds(run.sendMs + run.compareMs)),
  );
  const alone = figure(
    'compared alone',
    's',
    cold.map((run) => seconds(run.compareMs)),
  );
  const stored = figure(
    'current sent and compared with a stored profile',
    's',
    profiled.map((run) => seconds(run.sendMs + run.compareMs)),
  );
  const memory = figure('peak memory', 'MB', [peakBytes / 1e6]);
  const sizeMb = Math.round((statSync(files.reference).size + statSync(files.current).size) / 1e6);
  return {
    name: 'drift',
    title: `Drift (${rows.toLocaleString('en-US')} and ${rows.toLocaleString('en-US')} rows of ${files.columns} columns, ${sizeMb} MB of Parquet)`,
    subjects: SUBJECTS,
    comparisons: [
      { measure: whole.measure, figures: [whole, other('read and compared', 's', theirs?.seconds)] },
      { measure: alone.measure, figures: [alone, other('read and compared', 's', theirs?.seconds)] },
      { measure: stored.measure, figures: [stored, other('read and compared', 's', theirs?.seconds)] },
      {
        measure: memory.measure,
        figures: [memory, other('peak memory', 'MB', theirs === null ? undefined : theirs.peakBytes / 1e6)],
      },
    ],
    budgets: [
      { what: 'sent and compared', limit: 3, figure: whole },
      { what: 'with a stored profile', limit: 1.5, figure: stored },
      { what: 'peak memory', limit: 1200, figure: memory },
    ],
    notes: [
      'Steelyard: by HTTP to a server on the same machine, method `auto`; its client sends the files. Peak memory is that of the server over all repetitions.',
      theirs === null
        ? 'Evidently was not found; TEST_EVIDENTLY_PYTHON names a Python that has it.'
        : `Evidently ${theirs.version}: DataDriftPreset with its defaults, once, from reading the files to the report, without the start of Python and its imports. It takes other tests than \`auto\`.`,
    ],
  };
}
