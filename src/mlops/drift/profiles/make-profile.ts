import { Readable } from 'node:stream';
import type { LakeSession } from '../../../platform/lake/index.ts';
import type { Objects } from '../../../platform/objects/index.ts';
import { countKnown } from '../tables/count-known.ts';
import { countLevels } from '../tables/level-counts.ts';
import { readNumbers } from '../tables/read-numbers.ts';
import type { Table, TableColumn } from '../tables/table.ts';
import { startThreads, type Threads } from '../threads.ts';
import type { StoredColumn } from './profile.ts';

/** Numbers, 8 bytes each, that are read before those before them are written. */
const MOST_NUMBERS = 12_000_000;

/** Writes the sorted numbers of a table to an object, and returns the facts of every column. */
export async function profileColumns(
  session: LakeSession,
  table: Table,
  objects: Pick<Objects, 'put'>,
  key: string,
): Promise<StoredColumn[]> {
  const numeric = table.columns.filter(({ kind }) => kind === 'integer' || kind === 'number');
  await using threads = startThreads({ columns: numeric.length, rows: table.rows, signal: session.signal });
  const columns: StoredColumn[] = [];
  await objects.put(
    key,
    Readable.from(readSortedNumbers(session, table, numeric, threads, columns), { objectMode: false }),
  );
  for (const column of table.columns) {
    if (column.kind === 'text') columns.push(await readLevels(session, table, column));
    else if (!numeric.includes(column))
      columns.push({ ...column, holds: 'nothing', ...(await countKnownValues(session, table, column)) });
  }
  const order = new Map(table.columns.map(({ name }, at) => [name, at]));
  return columns.toSorted((a, b) => (order.get(a.name) ?? 0) - (order.get(b.name) ?? 0));
}

async function* readSortedNumbers(
  session: LakeSession,
  table: Table,
  numeric: readonly TableColumn[],
  threads: Threads,
  columns: StoredColumn[],
): AsyncGenerator<Buffer> {
  let from = 0;
  const size = Math.max(1, Math.floor(MOST_NUMBERS / Math.max(1, table.rows)));
  for (let start = 0; start < numeric.length; start += size) {
    const batch = numeric.slice(start, start + size);
    const values = await readNumbers(
      session,
      table,
      batch.map(({ name }) => name),
    );
    const profiled = await Promise.all(values.map((column) => threads.profile(column)));
    for (const [at, { sorted, moments }] of profiled.entries()) {
      const column = batch[at];
      if (column === undefined) continue;
      const { count } = moments;
      const known = count === 0 ? { mean: null, variance: null } : { mean: moments.mean, variance: moments.variance };
      columns.push({ ...column, holds: 'numbers', from, count, ...known });
      from += count;
      if (count > 0) yield Buffer.from(sorted.buffer);
    }
  }
}

async function readLevels(session: LakeSession, table: Table, column: TableColumn): Promise<StoredColumn> {
  const counted = await countLevels(session, table, column.name);
  const levels = counted?.levels.map((level, at): [string, number] => [level, counted.counts[at] ?? 0]) ?? null;
  return {
    ...column,
    holds: 'levels',
    levels,
    ...(levels === null ? await countKnownValues(session, table, column) : {}),
  };
}

async function countKnownValues(session: LakeSession, table: Table, { name }: TableColumn): Promise<{ known: number }> {
  const [known = 0] = await countKnown(session, table, [name]);
  return { known };
}
