import type { DuckDBConnection } from '@duckdb/node-api';
import { toExpectedError } from './engine-failure.ts';

/** Reads every column of a SELECT, all of them DOUBLE without null, into arrays of `rows` numbers. */
export async function readDoubles(connection: DuckDBConnection, select: string, rows: number): Promise<Float64Array[]> {
  try {
    const result = await connection.stream(select);
    const { DuckDBDoubleVector } = await import('@duckdb/node-api');
    const doublesOf = (vector: unknown): Float64Array => {
      if (!(vector instanceof DuckDBDoubleVector)) throw new Error('a column is not DOUBLE');
      // biome-ignore lint/complexity/useLiteralKeys: the array is private, and value by value takes ten times as long
      return vector['items'];
    };
    const columns = Array.from({ length: result.columnCount }, () => new Float64Array(rows));
    let at = 0;
    for (;;) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) break;
      columns.forEach((column, place) => {
        column.set(doublesOf(chunk.getColumnVector(place)).subarray(0, chunk.rowCount), at);
      });
      at += chunk.rowCount;
    }
    if (at !== rows) throw new Error(`${at} rows were read, not ${rows}`);
    return columns;
  } catch (error) {
    throw toExpectedError(error);
  }
}
