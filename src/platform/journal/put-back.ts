import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { isIntactLine } from './line.ts';
import { BOUND_SUFFIX, DAMAGED_SUFFIX, listFiles, type Segment, syncFolder } from './segment.ts';

/** Suffix of files that are being renamed back. */
const RETURNING_SUFFIX = '.returning';
/** Bytes at the start of a file that are searched for its first intact line. */
const LOOKED_AT_BYTES = 2 << 20;

interface Placed extends Segment {
  /** Name of the segment whose lines the file holds; null: of none that is known. */
  readonly owner: string | null;
}

/**
 * Renames segments that have the name of another segment back to their own names; checksums identify the segment of each file. A file with
 * the lines of a segment that already has its own name is a copy, and stays for mending to set aside. Returns the files that were moved.
 * Idempotent: after a crash, another call completes the moves.
 */
export async function putBackSegments(folder: string, known: Iterable<string>): Promise<readonly string[]> {
  const segments = await listFiles(folder, BOUND_SUFFIX);
  const returning = await listFiles(folder, RETURNING_SUFFIX);
  const names = [...new Set([...known, ...segments.map(({ name }) => name)])];
  const files: Placed[] = [];
  for (const file of [...segments, ...returning]) files.push({ ...file, owner: await findOwner(file, names) });
  const inPlace = new Set(files.filter(({ name, owner }) => name === owner).map(({ name }) => name));
  const moving = Map.groupBy(
    files.filter(({ owner, name }) => owner !== null && owner !== name && !inPlace.has(owner)),
    ({ owner }) => owner ?? '',
  );
  for (const [owner, [file]] of moving) {
    if (file !== undefined) await rename(file.path, join(folder, `${owner}${RETURNING_SUFFIX}`));
  }
  for (const owner of moving.keys()) {
    const place = join(folder, owner);
    // A file with this name belongs to no segment: files of segments were moved above.
    await rename(place, `${place}.replaced${DAMAGED_SUFFIX}`).catch(() => undefined);
    await rename(`${place}${RETURNING_SUFFIX}`, place);
  }
  // Copies that an interrupted call moved.
  for (const { path } of returning.filter(({ name }) => inPlace.has(name.slice(0, -RETURNING_SUFFIX.length)))) {
    await rename(path, `${path}${DAMAGED_SUFFIX}`);
  }
  if (moving.size > 0) await syncFolder(folder);
  return [...moving.values()].flatMap(([file]) => file?.name ?? []);
}

/** Checks the first lines of a file against each name; its own name first, which is right for all but damaged files. */
async function findOwner({ name, path }: Segment, names: readonly string[]): Promise<string | null> {
  const lines = await readFirstLines(path);
  for (const candidate of [name, ...names]) {
    const seed = crc32(candidate);
    if (lines.some((line) => isIntactLine(line, seed))) return candidate;
  }
  // An empty segment is where it belongs.
  return lines.length === 0 ? name : null;
}

async function readFirstLines(path: string): Promise<Buffer[]> {
  await using file = await open(path, 'r');
  const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(LOOKED_AT_BYTES), 0, LOOKED_AT_BYTES, 0);
  const lines: Buffer[] = [];
  for (let start = 0, end = 0; lines.length < 16 && start < bytesRead; start = end + 1) {
    end = buffer.indexOf(0x0a, start);
    if (end === -1 || end >= bytesRead) end = bytesRead;
    lines.push(buffer.subarray(start, end));
  }
  return lines;
}
