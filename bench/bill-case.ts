import { execFile } from 'node:child_process';
import { createReadStream, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { importBill } from '../src/finops/billing/schema.ts';
import { urlOf } from '../src/platform/contract/schema.ts';
import { createUpload } from '../src/platform/uploads/schema.ts';
import { type BenchBill, writeBenchBill } from './bill-file.ts';
import type { CaseContext } from './case-context.ts';
import { CopyResult } from './duckdb-copy.ts';
import { Connection } from './http-load.ts';
import type { CaseReport, Comparison, Figure } from './report.ts';
import { startSteelyard } from './steelyard.ts';

interface ImportRun {
  readonly uploadMs: number;
  readonly importMs: number;
  readonly cpuMs: number;
  readonly peakResidentBytes: number;
}

const MB = 1_000_000;
const SUBJECTS = ['Steelyard', 'DuckDB copy'] as const;

/** A bill into the lake, by HTTP and with every check, against DuckDB writing the same file as Parquet and nothing else. */
export async function measureBill({ options, folder, report }: CaseContext): Promise<CaseReport> {
  report(`bill: writing ${options.billRows} rows`);
  const csv = writeBenchBill(join(folder, 'bill.csv'), options.billRows);
  const parquet = { ...csv, path: join(folder, 'bill.parquet') };
  await copyByDuckDb(csv.path, parquet.path);
  const comparisons: Comparison[] = [];
  for (const [format, bill] of [
    ['CSV', csv],
    ['Parquet', parquet],
  ] as const) {
    const imports: ImportRun[] = [];
    const copies: CopyResult[] = [];
    for (let repetition = 1; repetition <= options.repetitions; repetition++) {
      report(`bill: ${format}, repetition ${repetition} of ${options.repetitions}`);
      imports.push(await importOnce(bill, join(folder, 'import')));
      copies.push(await copyOnce(bill, join(folder, 'copy.parquet')));
    }
    comparisons.push(...compare(format, bill.rows, imports, copies));
  }
  const size = `${options.billRows.toLocaleString('en-US')} rows, ${Math.round(csv.sizeBytes / MB)} MB as CSV`;
  return {
    name: 'bill',
    title: `Bill import (${size})`,
    subjects: SUBJECTS,
    comparisons,
    budgets: [],
    notes: [
      `Every import was checked: all rows accepted, billedCost ${csv.billedCost} USD to the last digit.`,
      `DuckDB ${availableParallelism()} threads on both sides; Steelyard's engine limited to 1 GB, the copy to nothing.`,
    ],
  };
}

async function importOnce(bill: BenchBill, folder: string): Promise<ImportRun> {
  await using server = await startSteelyard(folder);
  using connection = new Connection();
  const { cpuMs: cpuBefore } = server.facts();
  const startedAt = performance.now();
  const name = bill.path.split('/').at(-1) ?? bill.path;
  const { upload } = createUpload.response.parse(
    await connection.json({
      method: 'POST',
      url: `${server.url}${urlOf(createUpload, { query: { name } })}`,
      type: 'application/octet-stream',
      body: createReadStream(bill.path, { highWaterMark: 1024 * 1024 }),
    }),
  );
  const uploadedAt = performance.now();
  const result = importBill.response.parse(
    await connection.json({
      method: 'POST',
      url: `${server.url}${urlOf(importBill, {})}`,
      body: JSON.stringify({ source: 'bench', files: [{ upload, name }] }),
    }),
  );
  const importedAt = performance.now();
  checkImport(result, bill);
  const { cpuMs, peakResidentBytes } = server.facts();
  rmSync(folder, { recursive: true, force: true });
  return {
    uploadMs: uploadedAt - startedAt,
    importMs: importedAt - uploadedAt,
    cpuMs: cpuMs - cpuBefore,
    peakResidentBytes,
  };
}

function checkImport(result: ReturnType<typeof importBill.response.parse>, bill: BenchBill): void {
  const billed = result.totals.find(({ metric }) => metric === 'billedCost')?.amount;
  if (result.accepted === bill.rows && billed === bill.billedCost) return;
  throw new Error(
    `import of ${bill.path}: ${result.accepted} rows and ${billed}, expected ${bill.rows} and ${bill.billedCost}`,
  );
}

async function copyByDuckDb(from: string, to: string): Promise<CopyResult> {
  const program = fileURLToPath(new URL('./duckdb-copy.ts', import.meta.url));
  const args = [program, '--from', from, '--to', to, '--threads', String(availableParallelism())];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return CopyResult.parse(JSON.parse(stdout));
}

async function copyOnce(bill: BenchBill, to: string): Promise<CopyResult> {
  const copy = await copyByDuckDb(bill.path, to);
  if (copy.rows !== bill.rows) throw new Error(`DuckDB copied ${copy.rows} of ${bill.rows} rows`);
  rmSync(to);
  return copy;
}

function compare(
  format: string,
  rows: number,
  imports: readonly ImportRun[],
  copies: readonly CopyResult[],
): Comparison[] {
  const row = (
    what: string,
    unit: Figure['unit'],
    ours: (run: ImportRun) => number,
    theirs: ((run: CopyResult) => number) | null,
  ): Comparison => {
    const measure = `${format}: ${what}`;
    const [subject, other] = SUBJECTS;
    return {
      measure,
      figures: [
        { measure, subject, unit, values: imports.map(ours) },
        theirs === null ? null : { measure, subject: other, unit, values: copies.map(theirs) },
      ],
    };
  };
  const rate = (ms: number) => rows / (ms / 1000);
  return [
    row(
      'upload and import',
      'rows/s',
      (run) => rate(run.uploadMs + run.importMs),
      (copy) => rate(copy.copyMs),
    ),
    row(
      'import alone',
      'rows/s',
      (run) => rate(run.importMs),
      (copy) => rate(copy.copyMs),
    ),
    row('upload', 's', (run) => run.uploadMs / 1000, null),
    row(
      'import',
      's',
      (run) => run.importMs / 1000,
      (copy) => copy.copyMs / 1000,
    ),
    row(
      'processor time',
      's',
      (run) => run.cpuMs / 1000,
      (copy) => copy.cpuMs / 1000,
    ),
    row(
      'peak memory of the process',
      'MB',
      (run) => run.peakResidentBytes / MB,
      (copy) => copy.peakResidentBytes / MB,
    ),
  ];
}
