import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { encodeLine } from './line.ts';
import { type SegmentPart, scanSegment } from './scan.ts';
import { DAMAGED_SUFFIX, hasChecksums, type Segment, syncFolder } from './segment.ts';

/** Bytes of a segment that are part of no intact line. */
export interface DamagedSpot {
  readonly offset: number;
  readonly sizeBytes: number;
}

export interface MendedSegment {
  /** Intact lines, all of which are kept. */
  readonly lines: number;
  /** What was set aside, by offset in the file as it was. */
  readonly spots: readonly DamagedSpot[];
  /** File with the bytes that were set aside; null: none were. */
  readonly setAside: string | null;
  /** Bytes of a half-written last line, which was cut off. */
  readonly tornBytes: number;
}

/** Decides about a line whether it stays; `false` sets it aside as damaged. */
export type KeepsLine = (line: Buffer) => boolean;

/** Most bytes of one entry of a file of damages. */
const ENTRY_BYTES = 1 << 20;

/**
 * Makes a segment whole: cuts off a half-written last line and sets every other damaged spot aside in a file beside the segment,
 * one JSON line for each (`offset`, `sizeBytes`, `base64`). Intact lines around the damage stay as they are. A segment without
 * damage is only read. After a crash in between, mending again ends in the same files.
 */
export async function mendSegment({ name, path }: Segment, keeps: KeepsLine = () => true): Promise<MendedSegment> {
  const found = await findDamage(name, path, keeps);
  const { lines, spots, tornAt, sizeBytes, lacksNewline } = found;
  const tornBytes = tornAt === null ? 0 : sizeBytes - tornAt;
  if (spots.length === 0 && !lacksNewline) {
    if (tornAt !== null) await cutOff(path, tornAt);
    return { lines, spots, setAside: null, tornBytes };
  }
  const setAside = spots[0] === undefined ? null : `${path}.${sizeBytes}-${spots[0].offset}${DAMAGED_SUFFIX}`;
  const [mended, damages] = [`${path}.mending`, `${path}.damages`];
  try {
    await splitSegment({ name, path, keeps }, mended, damages);
    // First the bytes that leave the segment, then the segment without them.
    if (setAside === null) await rm(damages);
    else await rename(damages, setAside);
    await rename(mended, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await Promise.all([mended, damages].map((file) => rm(file, { force: true })));
    throw error;
  }
  return { lines, spots, setAside, tornBytes };
}

async function findDamage(name: string, path: string, keeps: KeepsLine) {
  await using file = await open(path, 'r');
  const spots: { offset: number; sizeBytes: number }[] = [];
  let [lines, lacksNewline, sizeBytes] = [0, false, 0];
  let tornAt: number | null = null;
  for await (const parts of scanSegment(file, { hasChecksums: hasChecksums(name) })) {
    for (const part of parts) {
      sizeBytes = part.offset + part.bytes.length;
      if (part.kind === 'torn') tornAt = part.offset;
      else if (part.kind === 'line' && keeps(part.bytes)) {
        lines += 1;
        if (!part.endsLine) lacksNewline = true;
      } else addSpot(spots, part);
    }
  }
  return { lines, spots, tornAt, sizeBytes, lacksNewline };
}

/** Damage that goes on is one spot. */
export function addSpot(spots: { offset: number; sizeBytes: number }[], { offset, bytes }: SegmentPart): void {
  const last = spots.at(-1);
  if (last !== undefined && last.offset + last.sizeBytes === offset) last.sizeBytes += bytes.length;
  else spots.push({ offset, sizeBytes: bytes.length });
}

async function cutOff(path: string, at: number): Promise<void> {
  await using file = await open(path, 'r+');
  await file.truncate(at);
  await file.datasync();
}

async function splitSegment(
  { name, path, keeps }: { readonly name: string; readonly path: string; readonly keeps: KeepsLine },
  mended: string,
  damages: string,
): Promise<void> {
  await using from = await open(path, 'r');
  await using whole = await open(mended, 'w', 0o600);
  await using aside = await open(damages, 'w', 0o600);
  for await (const parts of scanSegment(from, { hasChecksums: hasChecksums(name) })) {
    await whole.appendFile(Buffer.concat(parts.flatMap((part) => (isKept(part, keeps) ? lineBytes(part) : []))));
    for (const part of parts) if (part.kind !== 'torn' && !isKept(part, keeps)) await writeDamage(aside, part);
  }
  await whole.datasync();
  await aside.datasync();
}

function isKept(part: SegmentPart, keeps: KeepsLine): boolean {
  return part.kind === 'line' && keeps(part.bytes);
}

const NEWLINE = Buffer.from('\n');

function lineBytes({ bytes, endsLine }: SegmentPart): Buffer[] {
  return endsLine ? [bytes] : [bytes, NEWLINE];
}

async function writeDamage(file: FileHandle, { offset, bytes }: SegmentPart): Promise<void> {
  for (let at = 0; at < bytes.length; at += ENTRY_BYTES) {
    const piece = bytes.subarray(at, at + ENTRY_BYTES);
    const entry = { offset: offset + at, sizeBytes: piece.length, base64: piece.toString('base64') };
    await file.appendFile(encodeLine(entry));
  }
}
