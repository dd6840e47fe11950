import { mkdtemp, rm, stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { normalizeInnerPath, unpack } from '../../../platform/archives/index.ts';
import type { Work } from '../../compute/index.ts';
import { WORK_FOLDER } from './container.ts';
import type { Daemon } from './daemon.ts';
import { isStatus } from './failures.ts';
import { settle } from './settle.ts';

export interface OutputDeps {
  readonly daemon: Daemon;
  readonly closing: AbortSignal;
  readonly work: Work;
  readonly container: string;
}

/** Outputs are untrusted and have no size limit here. */
const HOSTILE = {
  strange: 'left out',
  maxBytes: Number.POSITIVE_INFINITY,
  maxFiles: Number.POSITIVE_INFINITY,
} as const;
/**
 * Attempts per output, with this pause in milliseconds: a connection may break, or the disk may be full for a moment.
 */
const TRIES = 5;
const AGAIN_MS = 1_000;

/** Copies the outputs into the workspace, each completely or not at all. Answers a sentence about missing outputs; else null. */
export async function copyOutputs(deps: OutputDeps): Promise<string | null> {
  const troubles: string[] = [];
  for (const path of deps.work.outputs) {
    const trouble = await copyWithRetries(deps, path);
    if (trouble !== null) troubles.push(trouble);
  }
  return troubles.length === 0 ? null : troubles.join(' ');
}

async function copyWithRetries(deps: OutputDeps, path: string): Promise<string | null> {
  for (let left = TRIES - 1; ; left -= 1) {
    try {
      return await copyOutput(deps, path);
    } catch (error) {
      deps.closing.throwIfAborted();
      const why = error instanceof Error ? error.message : String(error);
      if (left === 0) return `The output "${path}" could not be copied from the container: ${why}.`;
      await pause(AGAIN_MS, undefined, { signal: deps.closing });
    }
  }
}

async function copyOutput(deps: OutputDeps, path: string): Promise<string | null> {
  const inside = normalizeInnerPath(path);
  if (inside === null) return `The output "${path}" is not a path in the working folder.`;
  const archive = await fetchArchive(deps, inside);
  if (archive === null) return null;
  // On the same disk as the workspace, and used only here.
  const aside = await mkdtemp(join(deps.work.folder, 'outputs-'));
  try {
    const { leftOut } = await unpack(Readable.from(archive), aside, HOSTILE);
    const made = join(aside, posix.basename(inside));
    if (await isThere(made)) await settle(made, deps.work.workspace, inside);
    if (leftOut.length === 0) return null;
    return `The output "${path}" has entries that are neither files nor folders, which were not copied: ${leftOut.join(', ')}.`;
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

async function fetchArchive({ daemon, closing, container }: OutputDeps, inside: string) {
  const question = { path: `${WORK_FOLDER}/${inside}`, abortSignal: closing };
  try {
    return await daemon.askPatiently((api) => api.getContainer(container).getArchive(question), closing, null);
  } catch (error) {
    if (isStatus(error, 404)) return null;
    throw error;
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}
