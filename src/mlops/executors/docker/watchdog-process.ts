import { rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { buildConnection } from './address.ts';
import { writeStopped } from './kept.ts';
import { WATCHDOG } from './watchdog.ts';
import { openWatchList, type WatchedContainer } from './watched.ts';

/**
 * The process that ends containers on time if the server does not: `node watchdog-process FOLDER`. It needs only this
 * folder and the engine. One process runs per folder (its lock is an open transaction, which the kernel releases when
 * the process ends). It ends when the list is empty. It never writes to the list while a container runs: the server may
 * write there.
 */

/** Poll interval of the list, in milliseconds: an extended deadline is seen by then. */
const LOOK_MS = 250;
/** An engine with twenty concurrent kills takes this long until the last container is dead, in milliseconds. Kills start this much earlier. */
const KILL_AHEAD_MS = 250;
/** Timeout of a call to the engine before a retry, in milliseconds. */
const ANSWER_WITHIN_MS = 10_000;
/** Maximum wait for another watchdog that is ending, in milliseconds. */
const LOCK_WITHIN_MS = 10_000;

type Signal = 'SIGTERM' | 'SIGKILL';

/** Actions on one container. */
interface StopProgress {
  asked: boolean;
  /** Kill time set by the watchdog's own stop request, Unix milliseconds. */
  killAt: number | null;
  /** Whether a call to the engine is in flight. */
  busy: boolean;
}

const [, , folder = ''] = process.argv;
if (folder === '') throw new Error('usage: watchdog-process FOLDER');
const list = openWatchList(join(folder, WATCHDOG.list));
const doings = new Map<string, StopProgress>();

const lock = takeLock();
if (lock !== null) {
  await watch();
  lock.close();
}

function takeLock(): DatabaseSync | null {
  const database = new DatabaseSync(join(folder, WATCHDOG.lock), { timeout: LOCK_WITHIN_MS });
  try {
    database.exec('BEGIN EXCLUSIVE');
    return database;
  } catch {
    database.close();
    return null;
  }
}

async function watch(): Promise<void> {
  const said = join(folder, WATCHDOG.process);
  for (;;) {
    writeFileSync(said, `${process.pid}\n`);
    while (list.ids().length > 0) {
      const dueAt = checkContainers();
      await pause(Math.min(LOOK_MS, Math.max(0, dueAt - Date.now())));
    }
    // From here on, a server that adds to the list finds no watchdog and starts one. Entries added before are found by this poll.
    rmSync(said, { force: true });
    if (list.ids().length === 0) return;
  }
}

/** Starts the due actions and answers the time of the next one, Unix milliseconds. */
function checkContainers(): number {
  const ids = list.ids();
  let dueAt = Infinity;
  for (const id of doings.keys()) if (!ids.includes(id)) doings.delete(id);
  for (const id of ids) {
    const watched = readEntry(id);
    const doing = doings.get(id) ?? { asked: false, killAt: null, busy: false };
    doings.set(id, doing);
    if (watched === null || doing.busy) continue;
    const { askAt, killAt } = computeDueTimes(watched, doing);
    const at = Math.min(askAt, killAt);
    if (Date.now() < at) {
      dueAt = Math.min(dueAt, at);
      continue;
    }
    doing.busy = true;
    act(id, watched, doing, killAt)
      .catch(() => undefined) // The engine is unreachable: the next poll retries.
      .finally(() => {
        doing.busy = false;
      });
  }
  return dueAt;
}

/** One unreadable file must not keep the watchdog from the other containers. */
function readEntry(id: string): WatchedContainer | null {
  try {
    return list.read(id);
  } catch {
    return null;
  }
}

/** Times of the stop request and of the kill of a container, Unix milliseconds. */
function computeDueTimes(
  watched: WatchedContainer,
  doing: StopProgress,
): { readonly askAt: number; readonly killAt: number } {
  const until = watched.until - KILL_AHEAD_MS;
  const killAt = Math.min(until, watched.killAt ?? Infinity, doing.killAt ?? Infinity);
  // If the server has already requested the stop, a second signal could change its meaning for the container.
  const askAt = doing.asked || watched.killAt !== null ? Infinity : until - watched.graceMs;
  return { askAt, killAt };
}

async function act(id: string, watched: WatchedContainer, doing: StopProgress, killAt: number): Promise<void> {
  const now = Date.now();
  // The stop of a container that was asked to end is already recorded. Another check would only delay the kill.
  const isKnownToRun = doing.asked && now >= killAt;
  if (!isKnownToRun && !(await isRunning(watched))) {
    // The container ended without a stop request while no server was running.
    list.remove(id);
    return;
  }
  const first = recordStop(watched.stopped);
  if (now >= killAt) await kill(id, watched);
  // Not first: an earlier watchdog has already requested the stop.
  else if (first) await tell(watched, 'SIGTERM');
  if (!doing.asked) Object.assign(doing, { asked: true, killAt: now + watched.graceMs });
}

/** A missing folder must not keep the container alive. */
function recordStop(file: string): boolean {
  try {
    return writeStopped(file, 'watchdog');
  } catch {
    return true;
  }
}

async function kill(id: string, watched: WatchedContainer): Promise<void> {
  if ((await tell(watched, 'SIGKILL')) === 'ended') list.remove(id);
}

/** Sends a signal; `ended` if the container no longer runs. */
async function tell(watched: WatchedContainer, signal: Signal): Promise<'told' | 'ended'> {
  const { code } = await call(watched, 'POST', `kill?signal=${signal}`);
  // 404: it is gone. 409: it does not run.
  if (code === 404 || code === 409) return 'ended';
  if (code >= 400) throw new Error(`the engine answered ${code}`);
  return 'told';
}

async function isRunning(watched: WatchedContainer): Promise<boolean> {
  const { code, body } = await call(watched, 'GET', 'json');
  if (code === 404) return false;
  return code !== 200 || /"Running":true/.test(body);
}

/** A minimal HTTP client: the client for the whole API would triple the size of this process. */
function call(watched: WatchedContainer, method: string, what: string): Promise<{ code: number; body: string }> {
  const { protocol, ...connection } = buildConnection(watched);
  const options = {
    ...connection,
    method,
    path: `/containers/${watched.container}/${what}`,
    agent: false,
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  };
  return new Promise((resolve, reject) => {
    const sent = (protocol === 'https' ? httpsRequest : httpRequest)(options, (answer) => {
      let body = '';
      answer.setEncoding('utf8');
      answer.on('data', (text: string) => {
        body += text;
      });
      answer.on('end', () => resolve({ code: answer.statusCode ?? 0, body }));
      answer.on('error', reject);
    });
    sent.on('error', reject);
    sent.end();
  });
}
