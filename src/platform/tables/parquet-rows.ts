import { open } from 'node:fs/promises';
import { quoteIdentifier, quoteLiteral } from '../lake/quote.ts';
import { toUnreadable } from './file-format.ts';
import { isWholeParquet, readBytesAt } from './first-bytes.ts';

/**
 * Streams columns of a Parquet file as texts, in file order; null is an empty text. `selectPlaces` chooses the columns by their place in
 * the header. No server and no lake is needed: the engine is loaded for the call, and reads this one file only.
 * Errors: those of `selectPlaces`, `file_truncated`, `file_unreadable`.
 */
export async function* readParquetRows(
  path: string,
  selectPlaces: (header: readonly string[]) => readonly number[],
): AsyncGenerator<readonly string[]> {
  await checkWhole(path);
  const { DuckDBInstance } = await import('@duckdb/node-api');
  // One thread: rows come in file order without a buffer.
  const instance = await DuckDBInstance.create(':memory:', { threads: '1', memory_limit: '2GB' });
  try {
    const connection = await instance.connect();
    await connection.run(`SET allowed_paths = [${quoteLiteral(path)}]`);
    await connection.run('SET enable_external_access = false');
    const relation = `read_parquet(${quoteLiteral(path)})`;
    const described = await connection.runAndReadAll(`SELECT column_name FROM (DESCRIBE SELECT * FROM ${relation})`);
    const header = described.getRows().map(([name]) => String(name));
    const fields = selectPlaces(header).map((place) => {
      return `coalesce(trim(CAST(${quoteIdentifier(header[place] ?? '')} AS VARCHAR)), '')`;
    });
    const result = await connection.stream(`SELECT ${fields.join(', ')} FROM ${relation}`);
    for (
      let chunk = await result.fetchChunk();
      chunk !== null && chunk.rowCount > 0;
      chunk = await result.fetchChunk()
    ) {
      yield* chunk.getRows().map((row) => row.map(String));
    }
  } catch (error) {
    throw toUnreadable(error, { path, name: path }, 'parquet');
  } finally {
    instance.closeSync();
  }
}

async function checkWhole(path: string): Promise<void> {
  await using file = await open(path, 'r');
  await isWholeParquet(file, await readBytesAt(file, 0, 4), path);
}
