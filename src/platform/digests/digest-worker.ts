import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';

export interface DigestQuestion {
  readonly id: number;
  readonly path: string;
}

export type DigestAnswer =
  | { readonly id: number; readonly ok: true; readonly sha256: string; readonly sizeBytes: number }
  | { readonly id: number; readonly ok: false; readonly message: string; readonly code: string | null };

const chunk = Buffer.allocUnsafe(1024 * 1024);

function digestFile({ id, path }: DigestQuestion): DigestAnswer {
  try {
    const hash = createHash('sha256');
    const file = openSync(path, 'r');
    try {
      let sizeBytes = 0;
      for (;;) {
        const bytesRead = readSync(file, chunk, 0, chunk.length, null);
        if (bytesRead === 0) return { id, ok: true, sha256: hash.digest('hex'), sizeBytes };
        hash.update(chunk.subarray(0, bytesRead));
        sizeBytes += bytesRead;
      }
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : null;
    return { id, ok: false, message: error instanceof Error ? error.message : String(error), code };
  }
}

parentPort?.on('message', (question: DigestQuestion) => parentPort?.postMessage(digestFile(question)));
