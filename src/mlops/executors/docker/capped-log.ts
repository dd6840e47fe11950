import { closeSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';

/** Limits of a stored log in bytes: its beginning, and its end. */
export const LOG_HEAD_BYTES = 48 * 1024 * 1024;
export const LOG_TAIL_BYTES = 1024 * 1024;

/**
 * A file with the beginning and the end of a byte stream, and a line between them with the number of omitted bytes. The
 * stream may be sent again from its first byte any number of times, also by a later process: bytes in the file are not
 * written twice.
 */
export interface CappedLog {
  /** The next bytes start at the beginning of the stream again. */
  restart(): void;
  write(bytes: Buffer): void;
  /** Nothing follows: the end is written. */
  finish(): void;
  close(): void;
}

export function openCappedLog(
  path: string,
  { headBytes = LOG_HEAD_BYTES, tailBytes = LOG_TAIL_BYTES }: { headBytes?: number; tailBytes?: number } = {},
): CappedLog {
  const file = openSync(path, 'a+');
  closeSync(file);
  const fd = openSync(path, 'r+');
  // A reader before this one may have ended while it wrote the tail: those bytes are read again.
  if (fstatSync(fd).size > headBytes) ftruncateSync(fd, headBytes);
  const tail = createTail(tailBytes);
  /** Bytes of the stream that were taken in. */
  let taken = fstatSync(fd).size;
  /** Where in the stream the next byte is. */
  let at = 0;

  /** At its place and not at the end: two that follow the same stream write the same bytes to the same places. */
  function put(bytes: Buffer, position: number): void {
    for (let written = 0; written < bytes.length; ) {
      written += writeSync(fd, bytes, written, bytes.length - written, position + written);
    }
  }

  return {
    restart() {
      at = 0;
    },
    write(bytes) {
      const fresh = bytes.subarray(Math.min(bytes.length, Math.max(0, taken - at)));
      at += bytes.length;
      const ofHead = Math.min(fresh.length, Math.max(0, headBytes - taken));
      put(fresh.subarray(0, ofHead), taken);
      tail.push(fresh.subarray(ofHead));
      taken += fresh.length;
    },
    finish() {
      const last = tail.bytes();
      const leftOutBytes = taken - Math.min(taken, headBytes) - last.length;
      const mark = leftOutBytes > 0 ? Buffer.from(`\n[${leftOutBytes} bytes are left out here]\n`) : Buffer.alloc(0);
      if (last.length > 0) put(Buffer.concat([mark, last]), headBytes);
    },
    close: () => closeSync(fd),
  };
}

/** Ring buffer of the last bytes that were pushed. */
function createTail(sizeBytes: number): { push(bytes: Buffer): void; bytes(): Buffer } {
  let ring: Buffer | null = null;
  let pushed = 0;
  return {
    push(bytes) {
      if (bytes.length === 0) return;
      ring ??= Buffer.alloc(sizeBytes);
      const last = bytes.subarray(Math.max(0, bytes.length - sizeBytes));
      const from = (pushed + bytes.length - last.length) % sizeBytes;
      const first = last.subarray(0, sizeBytes - from);
      first.copy(ring, from);
      last.copy(ring, 0, first.length);
      pushed += bytes.length;
    },
    bytes() {
      if (ring === null) return Buffer.alloc(0);
      if (pushed <= sizeBytes) return ring.subarray(0, pushed);
      const from = pushed % sizeBytes;
      return Buffer.concat([ring.subarray(from), ring.subarray(0, from)]);
    },
  };
}
