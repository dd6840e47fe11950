import { open } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { toExpectedError } from './engine-failure.ts';
import type { LakeParameter, LakeRow } from './lake.ts';
import { OTHER_PREFIX } from './scan.ts';

export interface RowsToStage {
  readonly select: string;
  readonly parameters: readonly LakeParameter[];
  readonly others: readonly string[] | undefined;
}

/** Takes as long as planning the SELECT, which for a wide bill is a fifth of its import. */
export async function findOtherColumns(
  connection: DuckDBConnection,
  { select, parameters }: RowsToStage,
): Promise<readonly string[]> {
  const described = await readAll(connection, `DESCRIBE ${select}`, parameters);
  return described.map((row) => String(row.column_name)).filter((name) => name.startsWith(OTHER_PREFIX));
}

export async function readAll(
  connection: DuckDBConnection,
  sql: string,
  parameters: readonly LakeParameter[],
): Promise<LakeRow[]> {
  try {
    const reader = await connection.runAndReadAll(sql, [...parameters]);
    return reader.getRowObjectsJson();
  } catch (error) {
    throw toExpectedError(error);
  }
}

/** A manifest may only name what the disk already holds. */
export async function syncFile(path: string): Promise<void> {
  await using file = await open(path, 'r');
  await file.sync();
}
