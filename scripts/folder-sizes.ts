import { dirname } from 'node:path';

/** A file with its number of lines; the path is from the root of the repository. */
export interface SizedFile {
  readonly path: string;
  readonly lines: number;
}

export interface FolderSize {
  readonly folder: string;
  readonly files: number;
  readonly lines: number;
}

/**
 * Files and lines of each noun: a folder with an `index.ts` or a `schema.ts`. The files of its subfolders count for it, except those
 * that are nouns themselves. Folders without a noun above them count for themselves.
 *
 * @example measureNouns([{ path: 'a/index.ts', lines: 5 }, { path: 'a/b/x.ts', lines: 7 }]) // [{ folder: 'a', files: 2, lines: 12 }]
 */
export function measureNouns(files: readonly SizedFile[]): FolderSize[] {
  const nouns = new Set(
    files.filter(({ path }) => /\/(index|schema)\.ts$/.test(path)).map(({ path }) => dirname(path)),
  );
  return [...Map.groupBy(files, ({ path }) => findNoun(dirname(path), nouns))].map(([folder, own]) => ({
    folder,
    files: own.length,
    lines: own.reduce((sum, { lines }) => sum + lines, 0),
  }));
}

function findNoun(folder: string, nouns: ReadonlySet<string>): string {
  for (let above = folder; above.includes('/'); above = dirname(above)) if (nouns.has(above)) return above;
  return folder;
}
