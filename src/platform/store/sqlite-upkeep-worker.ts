import { closeSync, fsyncSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

export type UpkeepTask =
  | { readonly task: 'check'; readonly file: string }
  | { readonly task: 'snapshot'; readonly file: string; readonly target: string };

const LISTED_PROBLEMS = 100;
const upkeepTask = workerData as UpkeepTask;

/** A separate connection, so that neither readers nor writers wait. */
using database = new DatabaseSync(upkeepTask.file, { readOnly: true, timeout: 5000 });
if (upkeepTask.task === 'check') {
  const rows = database.prepare(`PRAGMA integrity_check(${LISTED_PROBLEMS})`).all();
  const problems = rows.map((row) => String(Object.values(row)[0])).filter((text) => text !== 'ok');
  parentPort?.postMessage(problems);
} else {
  database.prepare('VACUUM INTO ?').run(upkeepTask.target);
  const file = openSync(upkeepTask.target, 'r');
  fsyncSync(file);
  closeSync(file);
  parentPort?.postMessage([]);
}
