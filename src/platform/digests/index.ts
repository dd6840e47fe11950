import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { readSystemCode } from '../errors/index.ts';
import { buildCompiledCodeEnvironment } from '../processes/index.ts';
import type { DigestAnswer, DigestQuestion } from './digest-worker.ts';

/** Content of a file in one line. */
export interface FileDigest {
  readonly sizeBytes: number;
  /** Lower-case hexadecimal, 64 digits. */
  readonly sha256: string;
}

/**
 * Computes SHA-256 digests of files off the event loop: one file at a time, in a thread that is started by the first large
 * file. Errors: those of the file system (`ENOENT`, `EIO` …), with their code.
 */
export interface Digester extends AsyncDisposable {
  digest(path: string): Promise<FileDigest>;
}

/** Hashed where it was read: less than a millisecond, which costs less than asking a thread. */
const SMALL_BYTES = 256 * 1024;

export function createDigester(): Digester {
  let thread: DigestThread | null = null;
  return {
    async digest(path) {
      if ((await stat(path)).size <= SMALL_BYTES) {
        const content = await readFile(path);
        return { sizeBytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
      }
      thread ??= new DigestThread();
      return thread.ask(path);
    },
    [Symbol.asyncDispose]: async () => thread?.close(),
  };
}

/**
 * Size, time of the last change and inode of a file as one text. It differs as soon as anything writes to the file, moves
 * it or puts another one in its place; it stays when bytes change on the disk beneath the file system. Null: no such file.
 */
export async function readFileStamp(
  path: string,
): Promise<{ readonly sizeBytes: number; readonly stamp: string } | null> {
  try {
    const facts = await stat(path, { bigint: true });
    return facts.isFile() ? { sizeBytes: Number(facts.size), stamp: toStamp(facts) } : null;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(readSystemCode(error) ?? '')) return null;
    throw error;
  }
}

/** The stamp of a file from its facts. The time of change cannot be set by a program, unlike the time of modification. */
export function toStamp({ size, ctimeNs, ino }: BigIntStats): string {
  return `${size}-${ctimeNs}-${ino}`;
}

interface Waiting {
  resolve(digest: FileDigest): void;
  reject(error: Error): void;
}

class DigestThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #ended: Error | null = null;

  constructor() {
    // The source is TypeScript in a checkout and JavaScript in a published package; the extension of this file is the same.
    const program = new URL(`./digest-worker${extname(import.meta.url)}`, import.meta.url);
    this.#worker = new Worker(program, { env: buildCompiledCodeEnvironment() });
    this.#worker.on('message', (answer: DigestAnswer) => this.#take(answer));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new Error('the digest thread ended')));
    this.#worker.unref();
  }

  ask(path: string): Promise<FileDigest> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    const question: DigestQuestion = { id: ++this.#lastId, path };
    return new Promise((resolve, reject) => {
      // Referenced only while an answer is due, so that an idle thread does not keep the process alive.
      if (this.#waiting.size === 0) this.#worker.ref();
      this.#waiting.set(question.id, { resolve, reject });
      this.#worker.postMessage(question);
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #take(answer: DigestAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if (answer.ok) waiting?.resolve({ sizeBytes: answer.sizeBytes, sha256: answer.sha256 });
    else waiting?.reject(Object.assign(new Error(answer.message), { code: answer.code }));
  }

  #fail(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
