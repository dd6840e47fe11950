import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { costSummary } from '../src/finops/costs/schema.ts';
import { buildUrl } from '../src/platform/contract/schema.ts';
import { postApply } from '../src/platform/manifests/schema.ts';
import { copyOnce, type ImportRun, importInto } from './bill-import.ts';
import type { CaseContext } from './case-context.ts';
import type { CopyResult } from './duckdb-copy.ts';
import { SumResult } from './duckdb-sum.ts';
import { Connection, driveLoad } from './http-load.ts';
import type { CaseReport, Comparison, Figure } from './report.ts';
import { type ScaleBill, writeScaleBill } from './scale-bill.ts';
import type { ServerProcess } from './server-process.ts';
import { percentile } from './statistics.ts';
import { startSteelyard } from './steelyard.ts';

const MB = 1_000_000;
const SUBJECTS = ['Steelyard', 'DuckDB'] as const;
const RAW_SUM = `SELECT Tags['team'] AS team, ChargePeriodStart::DATE AS day, sum(BilledCost) AS amount`;
const SUMS = 40;

/** Every row to the team of its tag, a shared service split over the teams by their cost, the rest unallocated. */
const RULES = `apiVersion: steelyard/v1
kind: AllocationRules
metadata: { name: bench }
spec:
  rules:
    - name: shared network
      match: { serviceName: [Service 3, Service 7] }
      split: { method: proportional, by: cost }
    - name: by team
      match: { "tag:team": "*" }
      subject: { team: "{tag:team}", project: "{tag:project}", environment: "{tag:env}" }
`;

interface Size {
  readonly rows: number;
  readonly imports: ImportRun[];
  readonly copies: CopyResult[];
}

/** A bill as large as a year of a big account: import and memory as it grows, allocation, and the sum people ask for most. */
export async function measureScale({ options, folder, report }: CaseContext): Promise<CaseReport> {
  const [small, large] = options.scaleRows;
  const sizes: Size[] = [await importSize(small, options.repetitions, folder, report)];
  report(`scale: writing ${large} rows`);
  const bill = await writeScaleBill(join(folder, 'large.parquet'), large);
  const last: Size = { rows: large, imports: [], copies: [] };
  for (let repetition = 1; repetition < options.repetitions; repetition += 1)
    await importRound(bill, last, folder, report);
  const data = join(folder, 'scale');
  await using server = await startSteelyard(data);
  report(`scale: ${large} rows, the import that is then asked`);
  last.imports.push(await importInto(server, bill));
  last.copies.push(await copyOnce(bill, join(folder, 'copy.parquet')));
  sizes.push(last);
  const allocationMs = await allocate(server, report);
  const ours = await sumByHttp(server);
  const raw = await sumByDuckDb(join(data, 'data', 'lake', 'bill_*', '*.parquet'));
  return {
    name: 'scale',
    title: `Bills at scale (${sizes.map(({ rows }) => rows.toLocaleString('en-US')).join(' and ')} rows of FOCUS Parquet)`,
    subjects: SUBJECTS,
    comparisons: [...sizes.flatMap(compareImports), ...compareSums(ours, raw), allocationRow(large, allocationMs)],
    budgets: budgetsOf(last, ours, allocationMs),
    notes: [
      `The larger file has ${Math.round(bill.sizeBytes / MB)} MB. DuckDB's side of an import is a plain copy of the same Parquet to Parquet, ${availableParallelism()} threads, no limit on memory; Steelyard's engine is limited to 1 GB.`,
      `DuckDB's side of the sum is the same sum over Steelyard's own Parquet, warm, without HTTP; \`cost summary\` answers from daily roll-ups.`,
      `Allocation is \`apply\` of rules (a shared pool split by cost, then a tag), from the request to its answer.`,
    ],
  };
}

async function importSize(
  rows: number,
  repetitions: number,
  folder: string,
  report: (line: string) => void,
): Promise<Size> {
  report(`scale: writing ${rows} rows`);
  const bill = await writeScaleBill(join(folder, 'small.parquet'), rows);
  const size: Size = { rows, imports: [], copies: [] };
  for (let repetition = 1; repetition <= repetitions; repetition += 1) await importRound(bill, size, folder, report);
  rmSync(bill.path);
  return size;
}

async function importRound(bill: ScaleBill, size: Size, folder: string, report: (line: string) => void): Promise<void> {
  report(`scale: ${bill.rows} rows, import ${size.imports.length + 1}`);
  const data = join(folder, 'import');
  {
    await using server = await startSteelyard(data);
    size.imports.push(await importInto(server, bill));
  }
  rmSync(data, { recursive: true, force: true });
  size.copies.push(await copyOnce(bill, join(folder, 'copy.parquet')));
}

async function allocate(server: ServerProcess, report: (line: string) => void): Promise<number> {
  report('scale: allocation');
  using connection = new Connection();
  const startedAt = performance.now();
  const body = JSON.stringify({ documents: [{ file: 'rules.yaml', text: RULES }] });
  await connection.json({ method: 'POST', url: `${server.url}${buildUrl(postApply, {})}`, body });
  return performance.now() - startedAt;
}

async function sumByHttp(server: ServerProcess): Promise<number[]> {
  using connection = new Connection();
  const url = `${server.url}${buildUrl(costSummary, { query: { by: 'team,day' } })}`;
  const { latenciesMs } = await driveLoad([async () => void (await connection.json({ method: 'GET', url }))], 1000);
  return [...latenciesMs];
}

async function sumByDuckDb(files: string): Promise<number[]> {
  const program = fileURLToPath(new URL('./duckdb-sum.ts', import.meta.url));
  const args = [program, '--files', files, '--select', RAW_SUM, '--times', String(SUMS)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return SumResult.parse(JSON.parse(stdout)).latenciesMs;
}

function compareImports({ rows, imports, copies }: Size): Comparison[] {
  const name = `${rows.toLocaleString('en-US')} rows`;
  const rate = (ms: number) => rows / (ms / 1000);
  const row = (what: string, unit: Figure['unit'], ours: readonly number[], theirs: readonly number[]): Comparison =>
    pair(`${name}: ${what}`, unit, ours, theirs);
  const copied = copies.map(({ copyMs }) => rate(copyMs));
  return [
    row(
      'import',
      'rows/s',
      imports.map((run) => rate(run.importMs)),
      copied,
    ),
    row(
      'upload and import',
      'rows/s',
      imports.map((run) => rate(run.uploadMs + run.importMs)),
      copied,
    ),
    row(
      'processor time',
      's',
      imports.map((run) => run.cpuMs / 1000),
      copies.map((run) => run.cpuMs / 1000),
    ),
    row(
      'peak memory',
      'MB',
      imports.map((run) => run.peakResidentBytes / MB),
      copies.map((run) => run.peakResidentBytes / MB),
    ),
  ];
}

function compareSums(ours: readonly number[], raw: readonly number[]): Comparison[] {
  return [
    pair('cost by team and day: median', 'ms', [percentile(ours, 0.5)], [percentile(raw, 0.5)]),
    pair('cost by team and day: 95th percentile', 'ms', [percentile(ours, 0.95)], [percentile(raw, 0.95)]),
  ];
}

function pair(measure: string, unit: Figure['unit'], ours: readonly number[], theirs: readonly number[]): Comparison {
  const [subject, other] = SUBJECTS;
  return {
    measure,
    figures: [
      { measure, subject, unit, values: ours },
      { measure, subject: other, unit, values: theirs },
    ],
  };
}

function allocationRow(rows: number, ms: number): Comparison {
  const measure = `allocation of ${rows.toLocaleString('en-US')} rows`;
  return { measure, figures: [{ measure, subject: SUBJECTS[0], unit: 's', values: [ms / 1000] }, null] };
}

function budgetsOf(size: Size, sums: readonly number[], allocationMs: number): CaseReport['budgets'] {
  const [subject] = SUBJECTS;
  const figure = (measure: string, unit: Figure['unit'], values: readonly number[]): Figure => ({
    measure,
    subject,
    unit,
    values,
  });
  const peaks = size.imports.map((run) => run.peakResidentBytes / MB);
  return [
    { what: 'peak memory of the larger import', limit: 1500, figure: figure('peak', 'MB', peaks) },
    {
      what: '95th percentile of cost by team and day',
      limit: 300,
      figure: figure('sum', 'ms', [percentile(sums, 0.95)]),
    },
    { what: 'allocation of the larger bill', limit: 60, figure: figure('allocation', 's', [allocationMs / 1000]) },
  ];
}
