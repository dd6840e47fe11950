import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

const QUOTE = 0x22;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** A copy of a CSV file on the disk, deleted when it is disposed of. */
export interface CsvCopy extends AsyncDisposable {
  readonly path: string;
}

/**
 * Writes an unpacked copy to `to` in which every record ends with a line feed, because the engine cannot read mixed
 * line endings. Line breaks inside quotes stay, and so do the line numbers.
 */
export async function normalizeLineEnds(
  { path, compression }: { readonly path: string; readonly compression: 'gzip' | 'none' },
  to: string,
): Promise<CsvCopy> {
  const remove = () => rm(to, { force: true });
  try {
    const unpacked = compression === 'gzip' ? [createGunzip()] : [];
    await pipeline([
      createReadStream(path),
      ...unpacked,
      dropCarriageReturns(),
      createWriteStream(to, { mode: 0o600 }),
    ]);
  } catch (error) {
    await remove();
    throw error;
  }
  return { path: to, [Symbol.asyncDispose]: remove };
}

/** Drops a carriage return before a line feed, outside of quotes. */
function dropCarriageReturns(): Transform {
  let isQuoted = false;
  let isHeld = false;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const out = Buffer.allocUnsafe(chunk.length + 1);
      let length = 0;
      for (const byte of chunk) {
        if (isHeld && byte !== LINE_FEED) length = out.writeUInt8(CARRIAGE_RETURN, length);
        isHeld = byte === CARRIAGE_RETURN && !isQuoted;
        if (byte === QUOTE) isQuoted = !isQuoted;
        if (!isHeld) length = out.writeUInt8(byte, length);
      }
      done(null, out.subarray(0, length));
    },
    flush(done) {
      done(null, isHeld ? Buffer.of(CARRIAGE_RETURN) : undefined);
    },
  });
}
