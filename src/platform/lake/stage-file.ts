import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { POSITION } from './distributed.ts';
import { isStorageFull, toExpectedError } from './engine-failure.ts';
import type { LakeParameter, LakeRow, LakeTable, StagedFile } from './lake.ts';
import { buildParquetOptions } from './parquet-options.ts';
import type { LakePlace } from './place.ts';
import { quoteLiteral } from './quote.ts';
import { OTHER_PREFIX } from './scan.ts';

export interface RowsToStage {
  readonly select: string;
  readonly parameters: readonly LakeParameter[];
  readonly others: readonly string[] | undefined;
}

export interface StageDeps {
  readonly connection: DuckDBConnection;
  /** Id of the place. */
  readonly id: number;
  readonly place: LakePlace;
  /** Writes the positions of rows as a column. */
  readonly withPositions: boolean;
}

/** Writes a SELECT as one Parquet file of the place. */
export async function stageFile(
  { connection, id: placeId, place, withPositions }: StageDeps,
  table: LakeTable,
  partition: string,
  content: RowsToStage,
): Promise<StagedFile> {
  const { select, parameters } = content;
  const id = randomUUID();
  const path = join(table.name, `${id}.parquet`);
  const target = place.pathOf({ path });
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  try {
    const others = table.others === undefined ? [] : (content.others ?? (await findOtherColumns(connection, content)));
    const options = buildParquetOptions(Object.keys(table.columns).length + others.length);
    const rows = withPositions ? `SELECT *, row_number() OVER () - 1 AS ${POSITION} FROM (${select})` : select;
    const copy = `COPY (${rows}) TO ${quoteLiteral(target)} (${options})`;
    const [counted] = await readAll(connection, copy, parameters).catch(async (error: unknown) => {
      if (!isStorageFull(error) || !(await place.makeRoom())) throw error;
      return readAll(connection, copy, parameters);
    });
    const written = await place.admit(path);
    return {
      id,
      table: table.name,
      partition,
      path,
      place: placeId,
      rows: Number(counted?.Count ?? 0),
      ...written,
      damage: null,
      others,
      hasPositions: withPositions,
    };
  } catch (error) {
    await rm(target, { force: true });
    throw error;
  }
}

/** Takes as long as planning the SELECT, which for a wide bill is a fifth of its import. */
async function findOtherColumns(
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
