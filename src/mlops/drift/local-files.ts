import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openLake } from '../../platform/lake/index.ts';
import { compareSides } from './compare-files.ts';
import { createTableReference } from './reference.ts';
import { type DriftMethodChoice, DriftReport } from './schema.ts';
import { openTable } from './tables/table.ts';

export interface LocalComparison {
  /** Path of the reference file. */
  readonly reference: string;
  /** Path of the current file. */
  readonly current: string;
  readonly method: DriftMethodChoice;
  /** Names of the columns to compare; undefined for all. */
  readonly columns?: readonly string[] | undefined;
}

/** Memory limit of the query engine; above it, work spills to a temporary folder. */
const MEMORY = '1GB';

/**
 * Compares two files of this machine without a server or a data folder: the command line calls it. Same report as the server's
 * for the same files. Errors: those of the files, `drift_column_missing`.
 */
export async function compareLocalFiles({
  reference,
  current,
  method,
  columns,
}: LocalComparison): Promise<DriftReport> {
  const [referencePath, currentPath] = [await realpath(reference), await realpath(current)];
  const folder = await mkdtemp(join(tmpdir(), 'steelyard-drift-'));
  try {
    const readable = [dirname(referencePath), dirname(currentPath)];
    await using lake = await openLake({ root: folder, readable, memory: MEMORY, threads: null });
    return await lake.session(async (session) => {
      const before = await openTable(session, { path: referencePath, name: reference }, 'reference');
      const now = await openTable(session, { path: currentPath, name: current }, 'current');
      const left = createTableReference(session, before);
      // Fields in the order of the schema, as the server answers.
      return DriftReport.parse(await compareSides({ session, reference: left, current: now, method, columns }));
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
