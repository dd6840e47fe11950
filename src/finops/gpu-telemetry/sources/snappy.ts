/** The input is not a snappy block, or is larger than the limit when unpacked. The message states which. */
export class SnappyError extends Error {}

/**
 * Decodes the block format of snappy (used by the remote write of Prometheus): the size as a varint, then literals and
 * copies of earlier output. Nothing is written outside of the stated size, which is at most `mostBytes`.
 */
export function decodeSnappy(block: Uint8Array, mostBytes: number): Uint8Array {
  const [size, begin] = readSize(block);
  if (size > mostBytes) throw new SnappyError(`${size} bytes when unpacked; ${mostBytes} are allowed`);
  const out = new Uint8Array(size);
  let [from, to] = [begin, 0];
  while (from < block.length) {
    const tag = block[from] ?? 0;
    const { length, offset, next } = (tag & 3) === 0 ? readLiteral(block, from) : copyAt(block, from);
    if (to + length > size) throw new SnappyError('it holds more than it says');
    if (offset === null) {
      if (next + length > block.length) throw new SnappyError('it ends within a literal');
      out.set(block.subarray(next, next + length), to);
      from = next + length;
    } else {
      if (offset === 0 || offset > to) throw new SnappyError('it copies from before its beginning');
      // Byte by byte: a copy may overlap its own output.
      for (let at = to; at < to + length; at += 1) out[at] = out[at - offset] ?? 0;
      from = next;
    }
    to += length;
  }
  if (to !== size) throw new SnappyError('it holds less than it says');
  return out;
}

function readSize(block: Uint8Array): [size: number, next: number] {
  let size = 0;
  for (let at = 0; at < Math.min(5, block.length); at += 1) {
    const byte = block[at] ?? 0;
    size += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) return [size, at + 1];
  }
  throw new SnappyError('it does not begin with a size');
}

interface Element {
  readonly length: number;
  /** How far back a copy begins; null for a literal. */
  readonly offset: number | null;
  readonly next: number;
}

function readLiteral(block: Uint8Array, at: number): Element {
  const short = (block[at] ?? 0) >> 2;
  if (short < 60) return { length: short + 1, offset: null, next: at + 1 };
  const bytes = short - 59;
  return { length: readNumber(block, at + 1, bytes) + 1, offset: null, next: at + 1 + bytes };
}

function copyAt(block: Uint8Array, at: number): Element {
  const tag = block[at] ?? 0;
  const kind = tag & 3;
  if (kind === 1) {
    const length = ((tag >> 2) & 7) + 4;
    return { length, offset: (tag >> 5) * 256 + readNumber(block, at + 1, 1), next: at + 2 };
  }
  const bytes = kind === 2 ? 2 : 4;
  return { length: (tag >> 2) + 1, offset: readNumber(block, at + 1, bytes), next: at + 1 + bytes };
}

/** Little-endian. */
function readNumber(block: Uint8Array, at: number, bytes: number): number {
  if (at + bytes > block.length) throw new SnappyError('it ends within an element');
  let number = 0;
  for (let index = bytes - 1; index >= 0; index -= 1) number = number * 256 + (block[at + index] ?? 0);
  return number;
}
