import { parseArgs } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { z } from 'zod';

/**
 * Resources that DuckDB alone needs to convert a file to Parquet. As a program, this file measures them in a separate
 * process.
 */
export const CopyResult = z.strictObject({
  rows: z.number(),
  copyMs: z.number(),
  cpuMs: z.number(),
  peakResidentBytes: z.number(),
});
export type CopyResult = z.infer<typeof CopyResult>;

export async function copyToParquet(from: string, to: string, threads: number): Promise<CopyResult> {
  const instance = await DuckDBInstance.create(':memory:', { threads: String(threads) });
  const connection = await instance.connect();
  // Without nullstr the copy fails: types are guessed from the first rows, and the word NULL is no number.
  const source = from.endsWith('.parquet') ? `read_parquet('${from}')` : `read_csv('${from}', nullstr = ['', 'NULL'])`;
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const reader = await connection.runAndReadAll(`COPY (SELECT * FROM ${source}) TO '${to}' (FORMAT parquet)`);
  const copyMs = performance.now() - startedAt;
  const cpu = process.cpuUsage(cpuBefore);
  connection.closeSync();
  return {
    rows: Number(reader.getRowObjectsJson()[0]?.Count ?? 0),
    copyMs,
    cpuMs: (cpu.user + cpu.system) / 1000,
    peakResidentBytes: process.resourceUsage().maxRSS * 1024,
  };
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { from: { type: 'string' }, to: { type: 'string' }, threads: { type: 'string' } },
  });
  const { from = '', to = '', threads = '1' } = values;
  console.log(JSON.stringify(await copyToParquet(from, to, Number(threads))));
}
