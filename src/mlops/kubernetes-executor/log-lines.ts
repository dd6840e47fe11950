/** Position up to which a log was read. */
export interface LogPosition {
  /** The latest timestamp that was read, as the node wrote it (RFC 3339 with nanoseconds). */
  readonly stamp: string;
  /** Time from which the log is requested again: the beginning of a second, RFC 3339. */
  readonly since: string;
  /** Lines from then on that were read, in the order of the log; the last one counts from its beginning. */
  readonly lines: number;
  /** Bytes of the last line that were read, its end not counted. */
  readonly bytes: number;
  readonly ended: boolean;
}

/** Parses a log that arrives in pieces, with a timestamp before each line. */
export interface LogReader {
  readonly position: LogPosition | null;
  /** New bytes of the next piece, without timestamps. */
  take(piece: Buffer): Buffer;
}

const NEWLINE = 0x0a;
const SPACE = 0x20;

/** A log is requested again from this many seconds before the latest timestamp. */
const BACK_SECONDS = 1;

/**
 * Reads a log from the beginning of a second on, and skips the lines that were read before `from`: no line is repeated
 * or lost. It counts lines in the order of the log and does not compare timestamps: stdout and stderr are stamped
 * separately, so a later line may have an earlier timestamp. If the node has rotated its log meanwhile, a line that is
 * clearly later than all lines read before ends the skipping.
 */
export function createLogReader(from: LogPosition | null): LogReader {
  let position = from;
  let stampParts: Buffer[] = [];
  /** The line that is being read, or null between lines. */
  let line: { skip: boolean; skipBytes: number } | null = null;
  let latest = from?.stamp ?? '';
  let toPass = from?.lines ?? 0;
  /** Lines that were read of each of the last seconds. */
  const counts = new Map<number, number>();

  function begin(stamp: string): { skip: boolean; skipBytes: number } {
    counts.set(toSecond(stamp), (counts.get(toSecond(stamp)) ?? 0) + 1);
    if (from !== null && toPass > 0) {
      toPass = toSecond(stamp) > toSecond(from.stamp) + BACK_SECONDS ? 0 : toPass - 1;
      if (toPass > 0) return { skip: true, skipBytes: 0 };
      if (toSecond(stamp) <= toSecond(from.stamp) + BACK_SECONDS) return { skip: from.ended, skipBytes: from.bytes };
    }
    if (latest === '' || compareStamps(stamp, latest) > 0) latest = stamp;
    const since = toSecond(latest) - BACK_SECONDS;
    for (const second of counts.keys()) if (second < since) counts.delete(second);
    const lines = [...counts.values()].reduce((sum, count) => sum + count, 0);
    position = { stamp: latest, since: formatInstant(since), lines, bytes: 0, ended: false };
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

/** Compares two timestamps to the nanosecond: negative, zero or positive. */
export function compareStamps(one: string, other: string): number {
  const [a, b] = [toNanoseconds(one), toNanoseconds(other)];
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function toNanoseconds(stamp: string): bigint {
  const [, whole = '', fraction = '', zone = 'Z'] = /^([^.Z+]+?)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?$/.exec(stamp) ?? [];
  const seconds = Date.parse(`${whole}${zone}`) / 1000;
  if (!Number.isFinite(seconds)) return 0n;
  return BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0').slice(0, 9));
}

/** Whole seconds since the Unix epoch. */
function toSecond(stamp: string): number {
  return Number(toNanoseconds(stamp) / 1_000_000_000n);
}

/** In the format of the API server, which has no fractions of a second. */
function formatInstant(second: number): string {
  return new Date(second * 1000).toISOString().replace('.000Z', 'Z');
}
