import { parseArgs } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { z } from 'zod';

/** Latencies of one sum over Parquet files by DuckDB alone, repeated. As a program, this file measures them. */
export const SumResult = z.strictObject({ latenciesMs: z.array(z.number()), groups: z.number() });
export type SumResult = z.infer<typeof SumResult>;

async function measureSum(files: string, select: string, times: number): Promise<SumResult> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const latenciesMs: number[] = [];
  let groups = 0;
  for (let time = 0; time < times; time += 1) {
    const startedAt = performance.now();
    const reader = await connection.runAndReadAll(`${select} FROM read_parquet('${files}') GROUP BY ALL`);
    groups = reader.getRowObjectsJson().length;
    latenciesMs.push(performance.now() - startedAt);
  }
  connection.closeSync();
  return { latenciesMs, groups };
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { files: { type: 'string' }, select: { type: 'string' }, times: { type: 'string' } },
  });
  const { files = '', select = '', times = '1' } = values;
  console.log(JSON.stringify(await measureSum(files, select, Number(times))));
}
