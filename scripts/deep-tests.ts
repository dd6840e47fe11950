import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The switch between a normal and a deep run: a test that differs in a deep run imports it, itself or through a helper. */
const SWITCH = 'src/testing/deep.ts';
const RELATIVE_IMPORT = /\bfrom '(\.{1,2}\/[^']+\.tsx?)'/g;
const TEST = /\.test\.tsx?$/;

/** Reads a file of the repository by its path from the root. */
type Read = (path: string) => string;

/**
 * The tests that differ in a deep run, by path: those that reach the switch over relative imports. `files`: all files of the
 * repository, by path from its root.
 * Example: a.test.ts imports ./helper.ts, which imports src/testing/deep.ts -> a.test.ts is one of them.
 */
export function findDeepTests(files: readonly string[], read: Read): string[] {
  const importers = new Map<string, string[]>();
  for (const file of files.filter((one) => /\.tsx?$/.test(one))) {
    for (const [, target = ''] of read(file).matchAll(RELATIVE_IMPORT)) {
      const path = join(dirname(file), target);
      importers.set(path, [...(importers.get(path) ?? []), file]);
    }
  }
  const reached = new Set([SWITCH]);
  for (const file of reached) for (const importer of importers.get(file) ?? []) reached.add(importer);
  return [...reached].filter((file) => TEST.test(file)).sort();
}

/** Reads a file below a root folder. */
export const readBelow =
  (root: string): Read =>
  (path) =>
    readFileSync(join(root, path), 'utf8');
