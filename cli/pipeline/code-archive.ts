import { execFile } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { createGzip } from 'node:zlib';
import { packFiles } from '../../src/platform/archives/index.ts';
import { CommandError } from '../frame/failure.ts';

/** Code that is sent with a run. */
export interface LocalCode {
  /** As a tar archive, gzip. */
  readonly content: Readable;
  readonly files: number;
  /** Commit that it is of; null outside of Git, and where files differ from it. */
  readonly commit: string | null;
}

/** Folders that are never code: build outputs and version history. */
const LEFT_OUT = new Set(['.git', '.steelyard', 'node_modules', '__pycache__', '.venv', 'mlruns']);

/**
 * The files of a folder: in a Git work tree the tracked and untracked, not ignored ones; elsewhere all except those
 * that are never code.
 */
export async function localCode(folder: string): Promise<LocalCode> {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new CommandError('file_not_found', `${folder} is not a folder. Name the code folder with --code.`);
  }
  const tracked = await gitLines(folder, ['ls-files', '--cached', '--others', '--exclude-standard', '-z']);
  const paths = tracked ?? readdirSync(folder).filter((name) => !LEFT_OUT.has(name));
  return {
    content: packFiles(folder, paths).pipe(createGzip()),
    files: paths.length,
    commit: tracked === null ? null : await cleanCommit(folder),
  };
}

async function cleanCommit(folder: string): Promise<string | null> {
  const changed = await gitLines(folder, ['status', '--porcelain', '-z', '.']);
  if (changed === null || changed.length > 0) return null;
  const [commit = null] = (await gitLines(folder, ['rev-parse', 'HEAD'])) ?? [];
  return commit;
}

/** null where there is no Git, or no work tree. */
async function gitLines(folder: string, words: readonly string[]): Promise<string[] | null> {
  try {
    const { stdout } = await promisify(execFile)('git', ['-C', folder, ...words], { maxBuffer: 256 * 1024 * 1024 });
    return stdout.split(/[\0\n]/).filter((line) => line !== '');
  } catch {
    return null;
  }
}
