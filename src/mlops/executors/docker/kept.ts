import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readSystemCode } from '../../../platform/errors/index.ts';
import type { WorkEnd, WorkUsage } from '../../compute/index.ts';

/**
 * Files in the folder of the work, from which a restarted server finds the work again:
 *
 * | file | content |
 * | --- | --- |
 * | `started` | start time of its container, Unix milliseconds |
 * | `stopped` | origin of the stop request, `starter` or `watchdog`; absent without a request |
 * | `usage.json` | usage until the last poll |
 * | `end.json` | how the work ended; present once all of its results are stored |
 * | `output.log` | its output |
 */
export const KEPT = {
  started: 'started',
  stopped: 'stopped',
  usage: 'usage.json',
  end: 'end.json',
  log: 'output.log',
} as const;

const Usage = z.object({ cpuSeconds: z.number().nullable(), peakMemoryBytes: z.number().nullable() });
const End = z.object({
  reason: z.enum(['exited', 'signal', 'out-of-memory', 'disk', 'stopped', 'evicted', 'lost', 'not-started']),
  exitCode: z.number().int().nullable(),
  stoppedBy: z.enum(['starter', 'watchdog']).nullable(),
  start: z.number(),
  end: z.number(),
  detail: z.string().nullable(),
  usage: Usage,
});
const Stopper = z.enum(['starter', 'watchdog']);

export function readStarted(folder: string): number | null {
  const text = read(join(folder, KEPT.started));
  return text === null ? null : Number(text);
}

export function writeStarted(folder: string, start: number): void {
  replace(join(folder, KEPT.started), `${Math.floor(start)}\n`);
}

export function readEnd(folder: string): WorkEnd | null {
  const text = read(join(folder, KEPT.end));
  return text === null ? null : End.parse(JSON.parse(text));
}

export function writeEnd(folder: string, end: WorkEnd): void {
  replace(join(folder, KEPT.end), JSON.stringify(end));
}

export function readUsage(folder: string): WorkUsage | null {
  const text = read(join(folder, KEPT.usage));
  return text === null ? null : Usage.parse(JSON.parse(text));
}

export function writeUsage(folder: string, usage: WorkUsage): void {
  replace(join(folder, KEPT.usage), JSON.stringify(usage));
}

export function readStopped(file: string): 'starter' | 'watchdog' | null {
  return Stopper.nullable()
    .catch(null)
    .parse(read(file)?.trim() ?? null);
}

/** Records the origin of a stop request. False: an earlier request is already recorded. */
export function writeStopped(file: string, who: 'starter' | 'watchdog'): boolean {
  try {
    writeFileSync(file, `${who}\n`, { flag: 'wx' });
    return true;
  } catch (error) {
    if (readSystemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Null when the file is missing. */
export function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (readSystemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Written to a temporary file first: other processes may read at any moment. */
export function replace(path: string, text: string): void {
  const aside = `${path}.${process.pid}.new`;
  writeFileSync(aside, text);
  renameSync(aside, path);
}

export function makeFolder(folder: string): void {
  mkdirSync(folder, { recursive: true });
}
