import { type FileHandle, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readSystemCode } from '../errors/index.ts';
import type { Extent } from './ledger.ts';
import { encodeLine } from './line.ts';
import { type SegmentPart, scanSegment } from './scan.ts';
import { computeChecksumSeed, DAMAGED_SUFFIX, type Segment, syncFolder } from './segment.ts';

/** Bytes of a segment that are part of no intact line. */
export interface DamagedSpot {
  readonly offset: number;
  readonly sizeBytes: number;
}

/** Lines that were acknowledged and are not in the file any more. */
export interface MissingLines extends DamagedSpot {
  readonly lines: number;
}

export interface MendedSegment {
  /** Intact lines, all of which are kept. */
  readonly lines: number;
  /** Bytes of these lines: the size of the file now. */
  readonly sizeBytes: number;
  /** Lines missing at the end of the file; null: none, or its size was not recorded. */
  readonly missing: MissingLines | null;
  /** Bytes set aside, by offset in the original file. */
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

export interface MendOptions {
  readonly keeps?: KeepsLine | undefined;
  /** Acknowledged extent of the segment; null: not known. */
  readonly expected?: Extent | null | undefined;
}

/**
 * Repairs a segment: cuts off a half-written last line that was not acknowledged, and sets every other damaged spot aside in a file
 * next to the segment, one JSON line for each (`offset`, `sizeBytes`, `base64`). Intact lines around the damage stay as they are. A segment
 * without damage is only read. Idempotent: after a crash, another repair produces the same files.
 */
export async function repairSegment(segment: Segment, options: MendOptions = {}): Promise<MendedSegment> {
  const { path } = segment;
  const found = await inspectSegment(segment, options);
  const { lines, spots, tornAt, sizeBytes, lacksNewline, missing } = found;
  const tornBytes = tornAt === null ? 0 : sizeBytes - tornAt;
  if (spots.length === 0 && !lacksNewline) {
    if (tornAt !== null) await cutOff(path, tornAt);
    return { lines, sizeBytes: sizeBytes - tornBytes, missing, spots, setAside: null, tornBytes };
  }
  const setAside =
    spots[0] === undefined ? null : `${setAsidePrefix(path, sizeBytes)}${spots[0].offset}${DAMAGED_SUFFIX}`;
  const [mended, damages] = [`${path}.mending`, `${path}.damages`];
  let wholeBytes = 0;
  try {
    wholeBytes = await splitSegment(segment, options, { mended, damages });
    // First the bytes that leave the segment, then the segment without them.
    if (setAside === null) await rm(damages);
    else await rename(damages, setAside);
    await rename(mended, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await Promise.all([mended, damages].map((file) => rm(file, { force: true })));
    throw error;
  }
  return { lines, sizeBytes: wholeBytes, missing, spots, setAside, tornBytes };
}

/** Name of the files with bytes that were set aside of a file when it had this size, up to the offset. */
function setAsidePrefix(path: string, sizeBytes: number): string {
  return `${path}.${sizeBytes}-`;
}

/** Dry run of `mendSegment`: returns its findings and changes nothing. */
export async function inspectSegment(segment: Segment, options: MendOptions = {}) {
  const keeps = options.keeps ?? (() => true);
  const spots: { offset: number; sizeBytes: number }[] = [];
  let [lines, damagedParts, lacksNewline, sizeBytes] = [0, 0, false, 0];
  let tornAt: number | null = null;
  for await (const parts of scanParts(segment, options)) {
    for (const part of parts) {
      sizeBytes = part.offset + part.bytes.length;
      if (part.kind === 'torn') tornAt = part.offset;
      else if (part.kind === 'line' && keeps(part.bytes)) {
        lines += 1;
        if (!part.endsLine) lacksNewline = true;
      } else {
        damagedParts += 1;
        addSpot(spots, part);
      }
    }
  }
  const missing = await findMissing(segment, options.expected ?? null, { sizeBytes, lines: lines + damagedParts });
  return { lines, spots, tornAt, sizeBytes, lacksNewline, missing };
}

/** The parts of a segment. Half a line among acknowledged bytes is damage: no write left it. */
async function* scanParts({ name, path }: Segment, { expected }: MendOptions): AsyncIterable<readonly SegmentPart[]> {
  await using file = await open(path, 'r');
  const acknowledged = expected?.sizeBytes ?? 0;
  for await (const parts of scanSegment(file, { seed: computeChecksumSeed(name) })) {
    yield parts.map((part) =>
      part.kind === 'torn' && part.offset < acknowledged ? { ...part, kind: 'damaged', endsLine: true } : part,
    );
  }
}

async function findMissing(
  { name, path }: Segment,
  expected: Extent | null,
  found: Extent,
): Promise<MissingLines | null> {
  if (expected === null || (found.sizeBytes >= expected.sizeBytes && found.lines >= expected.lines)) return null;
  // An earlier process mended it and ended before it noted the new size.
  const names = await readdir(dirname(path));
  if (names.some((one) => one.startsWith(setAsidePrefix(name, expected.sizeBytes)))) return null;
  return {
    offset: found.sizeBytes,
    sizeBytes: Math.max(0, expected.sizeBytes - found.sizeBytes),
    lines: Math.max(0, expected.lines - found.lines),
  };
}

/** Merges contiguous damage into one spot. */
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

/** Answers the size of the segment without its damage. */
async function splitSegment(
  segment: Segment,
  options: MendOptions,
  to: { readonly mended: string; readonly damages: string },
): Promise<number> {
  const keeps = options.keeps ?? (() => true);
  await using whole = await open(to.mended, 'w', 0o600);
  await using aside = await open(to.damages, 'w', 0o600);
  let sizeBytes = 0;
  for await (const parts of scanParts(segment, options)) {
    const kept = Buffer.concat(parts.flatMap((part) => (isKept(part, keeps) ? toLineBytes(part) : [])));
    sizeBytes += kept.length;
    await whole.appendFile(kept);
    for (const part of parts) if (part.kind !== 'torn' && !isKept(part, keeps)) await writeDamage(aside, part);
  }
  await whole.datasync();
  await aside.datasync();
  return sizeBytes;
}

function isKept(part: SegmentPart, keeps: KeepsLine): boolean {
  return part.kind === 'line' && keeps(part.bytes);
}

const NEWLINE = Buffer.from('\n');

function toLineBytes({ bytes, endsLine }: SegmentPart): Buffer[] {
  return endsLine ? [bytes] : [bytes, NEWLINE];
}

async function writeDamage(file: FileHandle, { offset, bytes }: SegmentPart): Promise<void> {
  for (let at = 0; at < bytes.length; at += ENTRY_BYTES) {
    const piece = bytes.subarray(at, at + ENTRY_BYTES);
    const entry = { offset: offset + at, sizeBytes: piece.length, base64: piece.toString('base64') };
    await file.appendFile(encodeLine(entry));
  }
}

/**
 * Records in a file next to a segment that acknowledged lines are missing: there are no bytes to set aside. `lines`: null where
 * their number is unknown. Returns the name of the file; null: it was recorded before.
 */
export async function noteMissing(
  path: string,
  { offset, sizeBytes, lines }: DamagedSpot & { readonly lines: number | null },
): Promise<string | null> {
  const note = `${path}.${offset}.missing${DAMAGED_SUFFIX}`;
  try {
    await using file = await open(note, 'wx', 0o600);
    await file.appendFile(encodeLine({ offset, sizeBytes, missingLines: lines }));
    await file.datasync();
  } catch (error) {
    if (readSystemCode(error) === 'EEXIST') return null;
    throw error;
  }
  await syncFolder(dirname(path));
  return note;
}
