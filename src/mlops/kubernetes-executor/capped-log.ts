import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';

const MIB = 1024 * 1024;
/** Kept parts of an unlimited output: its beginning and its end. */
export const HEAD_BYTES = 48 * MIB;
export const TAIL_BYTES = 1 * MIB;

/** `output.log` of work, with a size limit for any amount of output. */
export interface CappedLog {
  /** Bytes of the file, while nothing was left out of it; null after. */
  readonly headBytes: number | null;
  append(text: Buffer): Promise<void>;
  /** Writes the kept tail. Nothing can be added after this call. */
  finish(): Promise<void>;
}

/** Opens the log of a work's folder and truncates it to its verified bytes. */
export async function openCappedLog(folder: string, keptBytes: number): Promise<CappedLog> {
  const file = await open(join(folder, 'output.log'), 'a');
  await file.truncate(Math.min(keptBytes, (await file.stat()).size));
  let written = Math.min(keptBytes, (await file.stat()).size);
  let tail: Buffer[] = [];
  let tailBytes = 0;
  let leftOut = 0;
  return {
    get headBytes() {
      return written < HEAD_BYTES ? written : null;
    },
    async append(text) {
      const head = text.subarray(0, Math.max(0, HEAD_BYTES - written));
      if (head.length > 0) await file.write(head);
      written += head.length;
      const rest = text.subarray(head.length);
      if (rest.length === 0) return;
      tail.push(Buffer.from(rest));
      tailBytes += rest.length;
      for (let [first] = tail; first !== undefined && tailBytes - first.length >= TAIL_BYTES; [first] = tail) {
        tail.shift();
        tailBytes -= first.length;
        leftOut += first.length;
      }
    },
    async finish() {
      await writeTail(file, Buffer.concat(tail), leftOut);
      tail = [];
      await file.close();
    },
  };
}

async function writeTail(file: FileHandle, tail: Buffer, leftOutBefore: number): Promise<void> {
  const kept = tail.subarray(Math.max(0, tail.length - TAIL_BYTES));
  const leftOut = leftOutBefore + tail.length - kept.length;
  if (leftOut > 0) await file.write(`\n[${leftOut} bytes are left out here]\n`);
  if (kept.length > 0) await file.write(kept);
}
