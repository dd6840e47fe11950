import { execFile } from 'node:child_process';
import { createReadStream, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { importBill } from '../src/finops/billing/schema.ts';
import { buildUrl } from '../src/platform/contract/schema.ts';
import { createUpload } from '../src/platform/uploads/schema.ts';
import { CopyResult } from './duckdb-copy.ts';
import { Connection } from './http-load.ts';
import type { ServerProcess } from './server-process.ts';

/** A bill on disk and the expected result of its import. */
export interface BillOnDisk {
  readonly path: string;
  readonly rows: number;
  /** Exact sum of BilledCost, as a decimal string. */
  readonly billedCost: string;
}

export interface ImportRun {
  readonly uploadMs: number;
  readonly importMs: number;
  readonly cpuMs: number;
  readonly peakResidentBytes: number;
}

/** Sends a bill by HTTP and imports it; throws unless every row was accepted and the sum is right to the last digit. */
export async function importInto(server: ServerProcess, bill: BillOnDisk): Promise<ImportRun> {
  using connection = new Connection();
  const { cpuMs: cpuBefore } = server.facts();
  const startedAt = performance.now();
  const name = bill.path.split('/').at(-1) ?? bill.path;
  const { upload } = createUpload.response.parse(
    await connection.json({
      method: 'POST',
      url: `${server.url}${buildUrl(createUpload, { query: { name } })}`,
      type: 'application/octet-stream',
      body: createReadStream(bill.path, { highWaterMark: 1024 * 1024 }),
    }),
  );
  const uploadedAt = performance.now();
  const result = importBill.response.parse(
    await connection.json({
      method: 'POST',
      url: `${server.url}${buildUrl(importBill, {})}`,
      body: JSON.stringify({ source: 'bench', files: [{ upload, name }] }),
    }),
  );
  const importedAt = performance.now();
  checkImport(result, bill);
  const { cpuMs, peakResidentBytes } = server.facts();
  return {
    uploadMs: uploadedAt - startedAt,
    importMs: importedAt - uploadedAt,
    cpuMs: cpuMs - cpuBefore,
    peakResidentBytes,
  };
}

function checkImport(result: ReturnType<typeof importBill.response.parse>, bill: BillOnDisk): void {
  const billed = result.totals.find(({ metric }) => metric === 'billedCost')?.amount;
  if (result.accepted === bill.rows && billed === bill.billedCost) return;
  throw new Error(
    `import of ${bill.path}: ${result.accepted} rows and ${billed}, expected ${bill.rows} and ${bill.billedCost}`,
  );
}

/** DuckDB converting the same file to Parquet without any other work, in a separate process. */
export async function copyByDuckDb(from: string, to: string): Promise<CopyResult> {
  const program = fileURLToPath(new URL('./duckdb-copy.ts', import.meta.url));
  const args = [program, '--from', from, '--to', to, '--threads', String(availableParallelism())];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return CopyResult.parse(JSON.parse(stdout));
}

export async function copyOnce(bill: BillOnDisk, to: string): Promise<CopyResult> {
  const copy = await copyByDuckDb(bill.path, to);
  if (copy.rows !== bill.rows) throw new Error(`DuckDB copied ${copy.rows} of ${bill.rows} rows`);
  rmSync(to);
  return copy;
}
