import type { FileHandle } from 'node:fs/promises';
import { isIntactLine, isJsonLine, LINE_START } from './line.ts';

/**
 * A part of a segment, in the order of the file; the parts together are the whole file.
 * `line`: intact; its newline is among the bytes, or it is the last line and has lost its newline (`endsLine` is false then).
 * `damaged`: bytes that are part of no intact line. `torn`: the end of a file behind its last newline, as a crash leaves it.
 */
export interface SegmentPart {
  readonly kind: 'line' | 'damaged' | 'torn';
  readonly offset: number;
  readonly bytes: Buffer;
  readonly endsLine: boolean;
}

interface ScanOptions {
  /** Seed of the checksums; null: lines of an older version without checksums, which count as intact when they are JSON. */
  readonly seed: number | null;
}

const CHUNK_BYTES = 1 << 20;
/** Longer than any row. A longer run without a newline is damaged, and is not buffered in memory. */
const LONGEST_LINE_BYTES = 8 << 20;
const NEWLINE = 0x0a;

/** Reads a segment in chunks and tells its lines from damage. Memory: a chunk and a line. */
export async function* scanSegment(file: FileHandle, options: ScanOptions): AsyncIterable<readonly SegmentPart[]> {
  let rest: Buffer = Buffer.alloc(0);
  let offset = 0;
  let isInsideDamage = false;
  for (let position = 0; ; ) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, position);
    if (bytesRead === 0) break;
    position += bytesRead;
    const text =
      rest.length === 0 ? buffer.subarray(0, bytesRead) : Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
    const parts: SegmentPart[] = [];
    let start = 0;
    for (let end = text.indexOf(NEWLINE, rest.length); end !== -1; end = text.indexOf(NEWLINE, start)) {
      const bytes = text.subarray(start, end + 1);
      // The end of a line that is too long may be JSON by chance; a checksum is not right by chance.
      if (isInsideDamage && options.seed === null) parts.push(buildDamagedPart(offset + start, bytes));
      else parts.push(...splitLine(offset + start, bytes, options));
      isInsideDamage = false;
      start = end + 1;
    }
    rest = text.subarray(start);
    offset += start;
    if (rest.length > LONGEST_LINE_BYTES) {
      parts.push(buildDamagedPart(offset, rest));
      offset += rest.length;
      rest = Buffer.alloc(0);
      isInsideDamage = true;
    }
    if (parts.length > 0) yield parts;
  }
  if (rest.length > 0) yield splitTornEnd(offset, rest, options);
}

function buildDamagedPart(offset: number, bytes: Buffer): SegmentPart {
  return { kind: 'damaged', offset, bytes, endsLine: true };
}

/** A line with its newline. */
function splitLine(offset: number, bytes: Buffer, { seed }: ScanOptions): SegmentPart[] {
  const line = bytes.subarray(0, -1);
  const isIntact = seed === null ? isJsonLine(line) : isIntactLine(line, seed);
  if (isIntact) return [{ kind: 'line', offset, bytes, endsLine: true }];
  return seed === null ? [buildDamagedPart(offset, bytes)] : salvageParts(offset, bytes, { seed, hasNewline: true });
}

/** Bytes after the last newline of a file. */
function splitTornEnd(offset: number, bytes: Buffer, { seed }: ScanOptions): SegmentPart[] {
  // Without a checksum a number that was cut off looks like a whole one.
  if (seed === null) return [{ kind: 'torn', offset, bytes, endsLine: false }];
  return salvageParts(offset, bytes, { seed, hasNewline: false });
}

interface Salvage {
  readonly seed: number;
  readonly hasNewline: boolean;
}

/**
 * Intact lines among bytes with a damaged newline, where two lines run into each other. Cuts where lines begin; the
 * last byte before a cut is the damaged newline.
 */
function salvageParts(offset: number, bytes: Buffer, options: Salvage): SegmentPart[] {
  const parts: SegmentPart[] = [];
  for (let start = 0; start < bytes.length; ) {
    const next = bytes.indexOf(LINE_START, start + 1);
    const end = next === -1 ? bytes.length : next;
    parts.push(...splitCut(offset + start, bytes.subarray(start, end), { ...options, isLast: next === -1 }));
    start = end;
  }
  return parts;
}

function splitCut(
  offset: number,
  bytes: Buffer,
  { isLast, hasNewline, seed }: Salvage & { readonly isLast: boolean },
): SegmentPart[] {
  const endsLine = isLast && hasNewline;
  if (isIntactLine(endsLine ? bytes.subarray(0, -1) : bytes, seed)) return [{ kind: 'line', offset, bytes, endsLine }];
  const line = bytes.subarray(0, -1);
  if (!endsLine && isIntactLine(line, seed)) {
    const newline = buildDamagedPart(offset + line.length, bytes.subarray(-1));
    return [{ kind: 'line', offset, bytes: line, endsLine: false }, newline];
  }
  return [isLast && !hasNewline ? { kind: 'torn', offset, bytes, endsLine: false } : buildDamagedPart(offset, bytes)];
}
