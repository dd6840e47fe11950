import { createHash } from 'node:crypto';
import { constants, createWriteStream } from 'node:fs';
import { chmod, copyFile, lstat, mkdir, open, readdir, readlink, rm, symlink } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { readSystemCode } from '../../platform/errors/index.ts';
import type { Objects } from '../../platform/objects/index.ts';
import { isInside } from './inside.ts';

/** A file by its content. */
export const TreeFile = z.strictObject({
  path: z.string(),
  /** SHA-256 of the content in lower-case hex; of a symbolic link, of where it leads. */
  digest: z.string(),
  sizeBytes: z.number(),
  /** `link`: the content is where it leads. */
  kind: z.enum(['file', 'executable', 'link']),
});
export type TreeFile = z.infer<typeof TreeFile>;

/**
 * Content-addressed files: the same content is stored once, whatever its origin, and a digest guarantees the content.
 */
export interface Trees {
  /** Stores the files at these paths of a folder, by path; a folder includes all of its files. A missing path adds nothing. */
  keep(folder: string, paths: readonly string[]): Promise<TreeFile[]>;
  /** Writes files into a folder and replaces existing ones. */
  place(files: readonly TreeFile[], folder: string): Promise<void>;
  /** The content of one file. */
  open(file: TreeFile): Promise<Readable>;
}

const PLAIN = constants.O_RDONLY | constants.O_NOFOLLOW;
const ROOT = 'pipelines/blobs';
const OWNER_EXECUTES = 0o100;
/** Files that are read or written at the same time. */
const AT_ONCE = 8;

export function createTrees(objects: Objects): Trees {
  return {
    async keep(folder, paths) {
      const found: string[] = [];
      for (const path of paths) {
        // A link that a command left must not turn files of this machine into its outputs.
        if (await isInside(folder, path)) found.push(...(await listFiles(folder, path)));
      }
      const unique = [...new Set(found)].toSorted();
      return runInTurns(unique, (path) => keepFile(objects, folder, path));
    },
    async place(files, folder) {
      await runInTurns(files, (file) => placeFile(objects, file, folder));
    },
    open: async ({ digest }) => (await objects.open(buildObjectKey(digest))).content,
  };
}

/** One digest for many files: of their paths, contents and kinds. */
export function hashTree(files: readonly TreeFile[]): string {
  const lines = files.map(({ path, digest, kind }) => JSON.stringify([path, digest, kind])).toSorted();
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}

async function listFiles(folder: string, path: string): Promise<string[]> {
  const facts = await lstat(join(folder, path)).catch((error: unknown) => {
    if (readSystemCode(error) === 'ENOENT' || readSystemCode(error) === 'ENOTDIR') return null;
    throw error;
  });
  if (facts === null) return [];
  if (!facts.isDirectory()) return facts.isFile() || facts.isSymbolicLink() ? [posix.normalize(path)] : [];
  const names = await readdir(join(folder, path));
  return (await Promise.all(names.toSorted().map((name) => listFiles(folder, posix.join(path, name))))).flat();
}

async function keepFile(objects: Objects, folder: string, path: string): Promise<TreeFile> {
  const place = join(folder, path);
  const facts = await lstat(place);
  if (facts.isSymbolicLink()) {
    const content = await readlink(place);
    const digest = createHash('sha256').update(content).digest('hex');
    await saveOnce(objects, digest, () => content);
    return { path, digest, sizeBytes: content.length, kind: 'link' };
  }
  const digest = await hashFile(place);
  await saveOnce(objects, digest, () => openPlainFile(place));
  return { path, digest, sizeBytes: facts.size, kind: (facts.mode & OWNER_EXECUTES) === 0 ? 'file' : 'executable' };
}

async function hashFile(place: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(await openPlainFile(place), hash);
  return hash.digest('hex');
}

/** A file that became a link since the check is not followed. */
async function openPlainFile(place: string): Promise<Readable> {
  return (await open(place, PLAIN)).createReadStream();
}

type Content = Parameters<Objects['put']>[1];

async function saveOnce(objects: Objects, digest: string, content: () => Content | Promise<Content>): Promise<void> {
  if ((await objects.size(buildObjectKey(digest))) === null) await objects.put(buildObjectKey(digest), await content());
}

function buildObjectKey(digest: string): string {
  return `${ROOT}/${digest.slice(0, 2)}/${digest}`;
}

async function placeFile(objects: Objects, { path, digest, kind }: TreeFile, folder: string): Promise<void> {
  const place = join(folder, path);
  await mkdir(dirname(place), { recursive: true });
  if (!(await isInside(folder, path))) throw new Error(`${path} is outside of its folder because of a link`);
  // A link in its place would be written through.
  await rm(place, { force: true });
  const local = await objects.localPath(buildObjectKey(digest));
  if (kind === 'link') {
    const { content } = await objects.open(buildObjectKey(digest));
    return symlink((await content.toArray()).join(''), place);
  }
  if (local === null) await pipeline((await objects.open(buildObjectKey(digest))).content, createWriteStream(place));
  else await copyFile(local, place, constants.COPYFILE_FICLONE);
  await chmod(place, kind === 'executable' ? 0o755 : 0o644);
}

async function runInTurns<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(at, at + AT_ONCE).map(work))));
  }
  return results;
}
