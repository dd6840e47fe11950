import { rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type BenchBill, writeBenchBill } from './bill-file.ts';
import { copyByDuckDb, copyOnce, type ImportRun, importInto } from './bill-import.ts';
import type { CaseContext } from './case-context.ts';
import type { CopyResult } from './duckdb-copy.ts';
import type { CaseReport, Comparison, Figure } from './report.ts';
import { startSteelyard } from './steelyard.ts';

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
  const run = await importInto(server, bill);
  rmSync(folder, { recursive: true, force: true });
  return run;
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
