import { copyFileSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const DAMAGE_KINDS = ['flip', 'truncate', 'remove', 'swap'] as const;
export type DamageKind = (typeof DAMAGE_KINDS)[number];
/** Answers numbers from 0 to 1. */
export type RandomSource = () => number;

/** Numbers that are the same in every run. */
export function seededRandom(seed: number): RandomSource {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

export function pickOne<Item>(items: readonly Item[], random: RandomSource): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}

/** Damages a file: one bit, its end, all of it, or the bytes of another file in its place. */
export function damageFile(kind: DamageKind, path: string, other: string, random: RandomSource): void {
  if (kind === 'remove') rmSync(path);
  else if (kind === 'swap') copyFileSync(other, path);
  else {
    const bytes = readFileSync(path);
    const at = Math.floor(random() * bytes.length);
    if (kind === 'flip') {
      flipBit(bytes, at, random);
      writeFileSync(path, bytes);
    } else truncateSync(path, at);
  }
}

function flipBit(bytes: Buffer, at: number, random: RandomSource): void {
  bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8));
}

/** The files below a folder of a data folder, sorted. */
export function filesBelow(data: string, folder: string): string[] {
  const entries = readdirSync(join(data, folder), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return files.toSorted();
}

const PAGE_BYTES = 4096;
const HEADER_BYTES = 100;
/** Interior pages have a pointer more in their header. */
const TREE_PAGES: Readonly<Record<number, number>> = { 2: 12, 5: 12, 10: 8, 13: 8 };
/**
 * Bytes of the header without effect on the content: the schema cookie, which only makes SQLite read the schema again, and the
 * version of the library that wrote last.
 */
const MEANINGLESS = [40, 41, 42, 43, 96, 97, 98, 99];

/**
 * Damages the header and the pages of an SQLite file, and no value in a cell: a bit of the header or of a tree page's header and cell
 * pointers, the end of the file, the whole file, or two tree pages that change places.
 */
export function damageStore(kind: DamageKind, path: string, random: RandomSource): void {
  if (kind === 'remove' || kind === 'truncate') {
    damageFile(kind, path, path, random);
    return;
  }
  const bytes = readFileSync(path);
  const pages = treePages(bytes);
  if (kind === 'flip') flipBit(bytes, pickStructure(bytes, pages, random), random);
  else {
    // Not the first, which the header is in.
    const [one, ...others] = pages.slice(1).toSorted(() => random() - 0.5);
    swapPages(bytes, one ?? 0, others[0] ?? 0);
  }
  writeFileSync(path, bytes);
}

function swapPages(bytes: Buffer, one: number, other: number): void {
  const kept = Buffer.from(bytes.subarray(one, one + PAGE_BYTES));
  bytes.copyWithin(one, other, other + PAGE_BYTES);
  kept.copy(bytes, other);
}

/** Offsets of the pages of trees; overflow pages and free pages hold values, or nothing. */
function treePages(bytes: Buffer): number[] {
  const offsets = Array.from({ length: bytes.length / PAGE_BYTES }, (_, page) => page * PAGE_BYTES);
  return offsets.filter((at) => {
    const start = treeHeader(at);
    const headerBytes = TREE_PAGES[bytes[start] ?? 0];
    const cells = bytes.readUInt16BE(start + 3);
    return headerBytes !== undefined && cells > 0 && cells < 1000 && bytes[start + 7] !== undefined;
  });
}

function treeHeader(page: number): number {
  return page === 0 ? HEADER_BYTES : page;
}

function pickStructure(bytes: Buffer, pages: readonly number[], random: RandomSource): number {
  for (;;) {
    const page = random() < 0.25 ? 0 : pickOne(pages, random);
    const start = treeHeader(page);
    const length = (TREE_PAGES[bytes[start] ?? 0] ?? 8) + 2 * bytes.readUInt16BE(start + 3);
    const at = page + Math.floor(random() * (start - page + length));
    if (!MEANINGLESS.includes(at)) return at;
  }
}
