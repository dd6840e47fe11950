import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const CANARY = 'test/canary/language/';

const PAGES = /^(?:README|CONTRIBUTING|SECURITY)\.md$|^docs\/.*\.md$/;

export function git(...words: readonly string[]): string {
  return execFileSync('git', words, { cwd: root, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 });
}

export function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** All TypeScript and pages for people, also those that are not committed yet, by path from the root of the checkout. */
export function listFiles(): string[] {
  return listPaths('--cached', '--others', '--exclude-standard')
    .filter((path) => /\.tsx?$/.test(path) || PAGES.test(path))
    .filter((path) => !path.startsWith('test/canary/'));
}

export function listCanary(): string[] {
  return listPaths('--cached', '--others', '--exclude-standard', CANARY);
}

function listPaths(...words: readonly string[]): string[] {
  const paths = git('ls-files', ...words).split('\n');
  return [...new Set(paths)].filter((path) => path !== '' && existsSync(join(root, path))).toSorted();
}

/** Files that were renamed since the commit, in the index or committed: the new path by the old one. */
export function findRenames(since: string): Map<string, string> {
  const lines = git('diff', '--find-renames', '--diff-filter=R', '--name-status', since).split('\n');
  return new Map(lines.filter((line) => line !== '').map((line) => line.split('\t').slice(1, 3) as [string, string]));
}
