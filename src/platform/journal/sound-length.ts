import type { FileHandle } from 'node:fs/promises';

const CHUNK_BYTES = 1 << 20;
const NEWLINE = 0x0a;

/**
 * Bytes of a file up to the end of its last line before the first that is no JSON document: behind a crash a file may end in
 * half a line, or, after a loss of power, in blocks that were never written.
 */
export async function soundLength(file: FileHandle): Promise<number> {
  let sound = 0;
  let rest = Buffer.alloc(0);
  for (let offset = 0; ; ) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, offset);
    if (bytesRead === 0) return sound;
    offset += bytesRead;
    let text = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
    for (let end = text.indexOf(NEWLINE); end !== -1; end = text.indexOf(NEWLINE)) {
      if (!isDocument(text.subarray(0, end))) return sound;
      sound += end + 1;
      text = text.subarray(end + 1);
    }
    rest = text;
  }
}

function isDocument(line: Buffer): boolean {
  try {
    JSON.parse(line.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}
