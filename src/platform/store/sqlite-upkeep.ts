import { open } from 'node:fs/promises';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { buildCompiledCodeEnvironment } from '../processes/index.ts';
import type { UpkeepTask } from './sqlite-upkeep-worker.ts';

const HEADER_BYTES = 100;
const MAGIC = 'SQLite format 3\0';

/** Header fields with one valid value in a store of Steelyard; `PRAGMA integrity_check` does not check all of them. */
const FIXED: readonly { readonly name: string; readonly at: number; readonly bytes: number; readonly value: number }[] =
  [
    { name: 'page size', at: 16, bytes: 2, value: 4096 },
    { name: 'reserved space', at: 20, bytes: 1, value: 0 },
    { name: 'payload fractions', at: 21, bytes: 3, value: 0x40_20_20 },
    { name: 'default cache size', at: 48, bytes: 4, value: 0 },
    { name: 'largest root page', at: 52, bytes: 4, value: 0 },
    { name: 'user version', at: 60, bytes: 4, value: 0 },
    { name: 'incremental vacuum', at: 64, bytes: 4, value: 0 },
    { name: 'application id', at: 68, bytes: 4, value: 0 },
  ];

/**
 * Problems of the header of an SQLite file (https://www.sqlite.org/fileformat.html, section 1.3); empty when there are none. The schema
 * cookie may have any value: a changed one makes SQLite read the schema again, and alters nothing.
 */
async function checkSqliteHeader(path: string): Promise<string[]> {
  await using file = await open(path, 'r');
  const { bytesRead, buffer } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
  // An empty file: no write has happened yet.
  if (bytesRead === 0) return [];
  if (bytesRead < HEADER_BYTES || buffer.toString('latin1', 0, MAGIC.length) !== MAGIC) {
    return ['the file has no SQLite header'];
  }
  const problems = FIXED.filter(({ at, bytes, value }) => buffer.readUIntBE(at, bytes) !== value).map(
    ({ name, at, bytes, value }) => `header: ${name} is ${buffer.readUIntBE(at, bytes)}, not ${value}`,
  );
  const formats = `${buffer.readUInt32BE(44)}, ${buffer.readUInt32BE(56)}`;
  // Both are 0 in a new store until its write-ahead log is moved into it for the first time.
  if (!['4, 1', '0, 0'].includes(formats)) problems.push(`header: schema format and text encoding are ${formats}`);
  // 1: rollback journal, as in a snapshot; 2: write-ahead log.
  if (buffer[18] !== buffer[19] || ![1, 2].includes(buffer[18] ?? 0)) problems.push('header: unknown format version');
  if (buffer.subarray(72, 92).some((byte) => byte !== 0)) problems.push('header: reserved bytes are not zero');
  if (buffer.readUInt32BE(24) !== buffer.readUInt32BE(92)) problems.push('header: the change counters differ');
  const version = buffer.readUInt32BE(96);
  if (version < 3_007_000 || version > 3_999_999) problems.push(`header: SQLite version ${version} is unknown`);
  return problems;
}

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
