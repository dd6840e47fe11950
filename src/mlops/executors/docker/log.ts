import { setTimeout as pause } from 'node:timers/promises';
import { type CappedLog, openCappedLog } from './capped-log.ts';
import type { Daemon } from './daemon.ts';
import { isStatus } from './failures.ts';
import { unframe } from './frames.ts';
import { readContainer } from './talk.ts';

export interface LogDeps {
  readonly daemon: Daemon;
  readonly closing: AbortSignal;
  readonly container: string;
  /** The file that it is written to. */
  readonly path: string;
  /** Resolves when the container does not run any more. */
  readonly gone: Promise<unknown>;
}

/** Pause before a broken log stream is requested again, in milliseconds. */
const AGAIN_MS = 1_000;
/**
 * If an ended container's log connection sends nothing for this time, in milliseconds, the connection counts as dead.
 */
const SILENCE_MS = 15_000;

/**
 * Writes the output of a container to its file, until the container has ended and all output is there. After a broken
 * connection it reconnects and the log comes again from its beginning; the file takes only the missing bytes. Answers a
 * sentence when the file cannot be written; else null.
 */
export async function bringLog(deps: LogDeps): Promise<string | null> {
  const file = openCappedLog(deps.path);
  try {
    while (!(await readOnce(deps, file))) await pause(AGAIN_MS, undefined, { signal: deps.closing });
    file.finish();
    return null;
  } catch (error) {
    if (deps.closing.aborted || !(error instanceof Error && 'syscall' in error)) throw error;
    return `Its log could not be stored: ${error.message}.`;
  } finally {
    file.close();
  }
}

/** Whether all of the log has arrived. Throws when the file cannot be written. */
async function readOnce({ daemon, closing, container, gone }: LogDeps, file: CappedLog): Promise<boolean> {
  const silence = listenForSilence(gone);
  const signal = AbortSignal.any([closing, silence.signal]);
  file.restart();
  let unwritten: unknown = null;
  try {
    const question = { follow: true, stdout: true, stderr: true, abortSignal: signal } as const;
    const answer = await daemon.ask((api) => api.getContainer(container).logs(question), null);
    for await (const words of unframe(answer)) {
      silence.heard();
      unwritten = attempt(() => file.write(words));
      if (unwritten !== null) break;
    }
  } catch (error) {
    closing.throwIfAborted();
    return isStatus(error, 404);
  } finally {
    silence.stop();
  }
  if (unwritten !== null) throw unwritten;
  closing.throwIfAborted();
  // An engine that shuts down in order also ends the log streams of containers that keep running.
  const state = await readContainer({ daemon, closing }, container);
  return state === null || state.remains !== null;
}

function attempt(act: () => void): unknown {
  try {
    act();
    return null;
  } catch (error) {
    return error;
  }
}

/** Aborts when the log of an ended container sends no more bytes. */
function listenForSilence(gone: Promise<unknown>): { signal: AbortSignal; heard(): void; stop(): void } {
  const silence = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const begin = () => {
    if (!stopped) timer = setTimeout(() => silence.abort(), SILENCE_MS);
  };
  gone.then(begin, () => undefined);
  return {
    signal: silence.signal,
    heard: () => void timer?.refresh(),
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
