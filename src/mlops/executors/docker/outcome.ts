import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { Work, WorkEnd, WorkUsage } from '../../compute/index.ts';

/** The engine's record of a container that no longer runs. */
export interface Remains {
  readonly exitCode: number;
  readonly outOfMemory: boolean;
  /** Run time in milliseconds by the engine's clock, which may differ from this server's. */
  readonly ranMs: number;
}

export interface OutcomeFacts {
  readonly start: number;
  readonly stoppedBy: WorkEnd['stoppedBy'];
  readonly usage: WorkUsage;
  /** Output of the work, where it may show that the command never started. */
  readonly words: string;
  /** Another problem, one sentence. Null: none. */
  readonly trouble: string | null;
}

/** Exit codes of the shell: the command cannot be run, is missing; beyond 128 the number of a signal, of which there are 64. */
const SHELL = { cannotRun: 126, notFound: 127, signal: 128, signals: 64 };
/** Message of the container's init process where the command does not exist. */
const INIT_FAILED = /^\[FATAL tini \(\d+\)\] (exec .+ failed: .+)\s*$/;

/** End of the work, computed from the engine's record of its container. */
export function buildWorkEnd(work: Work, { exitCode, outOfMemory, ranMs }: Remains, told: OutcomeFacts): WorkEnd {
  const { start, stoppedBy, trouble } = told;
  const failed = [SHELL.cannotRun, SHELL.notFound].includes(exitCode) ? INIT_FAILED.exec(told.words)?.[1] : undefined;
  const noCommand = failed === undefined ? null : `The image cannot run the command "${work.command[0]}": ${failed}.`;
  const reason = noCommand === null ? decideReason(exitCode, outOfMemory, stoppedBy) : 'not-started';
  const sentences = [noCommand, trouble].filter((sentence) => sentence !== null);
  return {
    reason,
    exitCode,
    stoppedBy: reason === 'stopped' ? stoppedBy : null,
    start,
    end: start + ranMs,
    detail: sentences.length === 0 ? null : sentences.join(' '),
    usage:
      reason === 'out-of-memory'
        ? { ...told.usage, peakMemoryBytes: work.resources.memoryBytes ?? told.usage.peakMemoryBytes }
        : told.usage,
  };
}

function decideReason(exitCode: number, outOfMemory: boolean, stoppedBy: WorkEnd['stoppedBy']): WorkEnd['reason'] {
  // The kernel may have killed one process for memory while the rest of the work continued.
  if (outOfMemory && exitCode !== 0) return 'out-of-memory';
  if (stoppedBy !== null) return 'stopped';
  return exitCode > SHELL.signal && exitCode <= SHELL.signal + SHELL.signals ? 'signal' : 'exited';
}

/** End of work with an unknown outcome. */
export function buildLostEnd({
  start,
  now,
  usage,
  detail,
}: {
  start: number;
  now: number;
  usage: WorkUsage;
  detail: string;
}): WorkEnd {
  return { reason: 'lost', exitCode: null, stoppedBy: null, start, end: Math.max(start, now), detail, usage };
}

/** The whole of a short file; nothing of a longer one. */
export function readShort(path: string, sizeBytes = 4_096): string {
  const fd = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(sizeBytes);
    if (fstatSync(fd).size > sizeBytes) return '';
    return buffer.toString('utf8', 0, readSync(fd, buffer, 0, sizeBytes, 0));
  } finally {
    closeSync(fd);
  }
}
