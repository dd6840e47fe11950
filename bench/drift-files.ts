import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

export interface DriftFiles {
  readonly reference: string;
  readonly current: string;
  readonly columns: number;
}

const NORMAL = 'sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random())';
const LEVELS = [3, 10, 20, 50, 200];

/** Two Parquet files of 10 normal, 5 lognormal and 5 categorical columns; every third normal one has moved a little. */
export async function writeDriftFiles(folder: string, rows: number): Promise<DriftFiles> {
  const files = { reference: join(folder, 'reference.parquet'), current: join(folder, 'current.parquet') };
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  for (const [path, shift, seed] of [
    [files.reference, 0, 0.1],
    [files.current, 0.02, 0.7],
  ] as const) {
    const columns = [
      ...Array.from({ length: 10 }, (_, at) => `${NORMAL} + ${at % 3 === 0 ? shift : 0} AS normal_${at}`),
      ...Array.from({ length: 5 }, (_, at) => `exp(1.5 * ${NORMAL}) AS lognormal_${at}`),
      ...LEVELS.map((levels) => `'level ' || floor(random() * ${levels})::INTEGER AS levels_${levels}`),
    ];
    await connection.run(`SELECT setseed(${seed})`);
    await connection.run(`COPY (SELECT ${columns.join(', ')} FROM range(${rows})) TO '${path}' (FORMAT parquet)`);
  }
  connection.closeSync();
  instance.closeSync();
  return { ...files, columns: 15 + LEVELS.length };
}
