/** How far a log was read: its last line, begun or ended. */
export interface LogPosition {
  /** The line's timestamp as the node wrote it (RFC 3339 with nanoseconds). */
  readonly stamp: string;
  /** Lines with this timestamp, this one included. */
  readonly lines: number;
  /** Bytes of the line that were read, its end not counted. */
  readonly bytes: number;
  readonly ended: boolean;
}

/** Takes a log apart that comes in pieces, with a timestamp before each line. */
export interface LogReader {
  readonly position: LogPosition | null;
  /** What is new in the next piece, without timestamps. */
  take(piece: Buffer): Buffer;
}

const NEWLINE = 0x0a;
const SPACE = 0x20;

/**
 * Reads a log from the beginning of a second on, and passes over what was read before `from`: nothing comes twice, and nothing
 * is left out. Two lines may have one timestamp, so that lines of one timestamp are counted.
 */
export function createLogReader(from: LogPosition | null): LogReader {
  let position = from;
  let stampParts: Buffer[] = [];
  /** The line that is being read, or null between lines. */
  let line: { skip: boolean; skipBytes: number } | null = null;
  let current: { stamp: string; lines: number } = { stamp: '', lines: 0 };

  function begin(stamp: string): { skip: boolean; skipBytes: number } {
    current = { stamp, lines: stamp === current.stamp ? current.lines + 1 : 1 };
    const order = from === null ? 1 : compareStamps(stamp, from.stamp) || current.lines - from.lines;
    if (order < 0) return { skip: true, skipBytes: 0 };
    if (order === 0 && from !== null) return { skip: from.ended, skipBytes: from.bytes };
    position = { stamp, lines: current.lines, bytes: 0, ended: false };
    return { skip: false, skipBytes: 0 };
  }

  function content(piece: Buffer, of: { skip: boolean; skipBytes: number }, ends: boolean): Buffer {
    if (of.skip) return piece.subarray(0, 0);
    const text = piece.subarray(0, piece.length);
    const over = Math.min(of.skipBytes, ends ? text.length - 1 : text.length);
    of.skipBytes -= over;
    const fresh = text.subarray(over);
    if (position !== null) {
      const bytes = position.bytes + fresh.length - (ends ? 1 : 0);
      position = { ...position, bytes, ended: ends };
    }
    return fresh;
  }

  return {
    get position() {
      return position;
    },
    take(piece) {
      const fresh: Buffer[] = [];
      let at = 0;
      while (at < piece.length) {
        if (line === null) {
          const space = piece.indexOf(SPACE, at);
          stampParts.push(piece.subarray(at, space === -1 ? piece.length : space));
          if (space === -1) break;
          line = begin(Buffer.concat(stampParts).toString('latin1'));
          stampParts = [];
          at = space + 1;
          continue;
        }
        const newline = piece.indexOf(NEWLINE, at);
        const end = newline === -1 ? piece.length : newline + 1;
        fresh.push(content(piece.subarray(at, end), line, newline !== -1));
        if (newline !== -1) line = null;
        at = end;
      }
      return Buffer.concat(fresh);
    },
  };
}

/** Which of two timestamps is later: negative, zero or positive, to the nanosecond. */
export function compareStamps(one: string, other: string): number {
  const [a, b] = [nanoseconds(one), nanoseconds(other)];
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function nanoseconds(stamp: string): bigint {
  const [, whole = '', fraction = '', zone = 'Z'] = /^([^.Z+]+?)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?$/.exec(stamp) ?? [];
  const seconds = Date.parse(`${whole}${zone}`) / 1000;
  if (!Number.isFinite(seconds)) return 0n;
  return BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0').slice(0, 9));
}

/** The beginning of a timestamp's second: the API server takes no finer one. */
export function wholeSecond(stamp: string): string {
  return new Date(Number(nanoseconds(stamp) / 1_000_000_000n) * 1000).toISOString().replace('.000Z', 'Z');
}
