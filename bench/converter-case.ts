import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { type BillOnDisk, type ImportRun, importInto } from './bill-import.ts';
import type { CaseContext } from './case-context.ts';
import { writeCurBill } from './cur-bill.ts';
import type { CaseReport, Comparison, Figure } from './report.ts';
import { startSteelyard } from './steelyard.ts';

const SUBJECTS = ['Steelyard', 'focus-converter'] as const;

/** An AWS Cost and Usage Report to FOCUS: by import, and by the FinOps Foundation's own converter from PyPI. */
export async function measureConverter({ options, folder, report }: CaseContext): Promise<CaseReport> {
  report(`converter: writing ${options.curRows} rows`);
  const bill = await writeCurBill(join(folder, 'cur.csv'), options.curRows);
  const converter = findConverter();
  const imports: ImportRun[] = [];
  const conversions: number[] = [];
  for (let repetition = 1; repetition <= options.repetitions; repetition += 1) {
    report(`converter: repetition ${repetition} of ${options.repetitions}`);
    imports.push(await importOnce(bill, join(folder, 'cur-import')));
    if (converter !== null) conversions.push(await convertOnce(converter, bill, join(folder, 'converted')));
  }
  return {
    name: 'converter',
    title: `AWS CUR to FOCUS (${bill.rows.toLocaleString('en-US')} rows, ${Math.round(bill.sizeBytes / 1e6)} MB of CSV)`,
    subjects: SUBJECTS,
    comparisons: [compare(bill.rows, imports, conversions)],
    budgets: [],
    notes: [
      'Steelyard: upload, every check, canonical FOCUS 1.4 rows, roll-ups, durable. focus-converter: `convert --provider aws-cur`, a separate process from start to end.',
      converter === null
        ? 'focus-converter was not found; TEST_FOCUS_CONVERTER names its program.'
        : 'Both were checked to have written every row.',
    ],
  };
}

/** `pip install focus-converter 'multimethod<2' 'click<8.2'`: with newer ones of those two it does not start. */
function findConverter(): string | null {
  const cached = fileURLToPath(new URL('../.cache/focus-converter/bin/focus-converter', import.meta.url));
  return process.env.TEST_FOCUS_CONVERTER ?? (existsSync(cached) ? cached : null);
}

async function importOnce(bill: BillOnDisk, folder: string): Promise<ImportRun> {
  await using server = await startSteelyard(folder);
  const run = await importInto(server, bill);
  rmSync(folder, { recursive: true, force: true });
  return run;
}

async function convertOnce(converter: string, bill: BillOnDisk, folder: string): Promise<number> {
  mkdirSync(folder, { recursive: true });
  const args = ['convert', '--provider', 'aws-cur', '--data-path', bill.path, '--data-format', 'csv'];
  const startedAt = performance.now();
  const child = spawn(converter, [...args, '--export-path', folder], { stdio: 'ignore' });
  const ended = Promise.withResolvers<void>();
  child.on('error', ended.reject).on('close', () => ended.resolve());
  await ended.promise;
  const ms = performance.now() - startedAt;
  // Its exit code is always 0, so the written rows are counted.
  const rows = await rowsIn(folder);
  if (rows !== bill.rows) throw new Error(`${converter} converted ${rows} of ${bill.rows} rows`);
  rmSync(folder, { recursive: true, force: true });
  return ms;
}

async function rowsIn(folder: string): Promise<number> {
  if (!readdirSync(folder).some((name) => name.endsWith('.parquet'))) return 0;
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(`SELECT count(*)::INTEGER AS rows FROM '${join(folder, '*.parquet')}'`);
  connection.closeSync();
  instance.closeSync();
  return Number(reader.getRowObjectsJson()[0]?.rows);
}

function compare(rows: number, imports: readonly ImportRun[], conversions: readonly number[]): Comparison {
  const measure = 'CSV of the cloud to FOCUS Parquet';
  const rate = (ms: number) => rows / (ms / 1000);
  const figure = (subject: string, values: readonly number[]): Figure => ({ measure, subject, unit: 'rows/s', values });
  const [subject, other] = SUBJECTS;
  const ours = imports.map((run) => rate(run.uploadMs + run.importMs));
  return {
    measure,
    figures: [figure(subject, ours), conversions.length === 0 ? null : figure(other, conversions.map(rate))],
  };
}
