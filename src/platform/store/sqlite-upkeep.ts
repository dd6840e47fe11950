import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { buildCompiledCodeEnvironment } from '../processes/index.ts';
import { checkSqliteHeader } from './sqlite-header.ts';
import type { UpkeepTask } from './sqlite-upkeep-worker.ts';

/** Problems with the header and the pages of a database, at most some 100 lines; empty when there are none. */
export async function checkSqlite(file: string): Promise<string[]> {
  try {
    return [...(await checkSqliteHeader(file)), ...(await run({ task: 'check', file }))];
  } catch (error) {
    // A badly damaged file cannot be opened at all.
    return [error instanceof Error ? error.message : String(error)];
  }
}

/** Writes the current state to a separate database file, while other connections read and write. `target` must not exist. */
export async function copySqliteSnapshot(file: string, target: string): Promise<void> {
  await run({ task: 'snapshot', file, target });
}

function run(task: UpkeepTask): Promise<string[]> {
  const program = new URL(`./sqlite-upkeep-worker${extname(import.meta.url)}`, import.meta.url);
  return new Promise((resolve, reject) => {
    const worker = new Worker(program, { env: buildCompiledCodeEnvironment(), workerData: task });
    // A snapshot is taken by a server that runs; one that stops meanwhile does not wait for it.
    if (task.task === 'snapshot') worker.unref();
    worker.once('message', (problems: string[]) => resolve(problems));
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the SQLite thread ended without an answer')));
  });
}
