import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { soundLength } from './sound-length.ts';

/** A file of a journal: one JSON document a line. */
export interface Segment {
  /** Never the name of another one, before or after. */
  readonly name: string;
  readonly path: string;
}

/**
 * Documents appended to a file, for what must be on the disk before it is answered and finds its place later. Callers share
 * one write and one sync (group commit), so the disk is asked as often as it can answer, not once a document.
 */
export interface Journal extends AsyncDisposable {
  /**
   * Appends documents, all or none. Resolves when they are as safe as the journal promises: on the disk (`always`), or
   * with the operating system, which the end of this process does not touch and a loss of power may (`interval`).
   * Rejects with what the disk said, and then nothing of them is kept.
   */
  append(documents: readonly unknown[]): Promise<void>;
  /** Ends the file that is written to; all that there are then hold everything appended before. Oldest first. */
  cut(): Promise<Segment[]>;
  /** The files that there are, the one that is written to among them. Oldest first. */
  segments(): Promise<Segment[]>;
  /** Removes a segment whose content has found its place. */
  remove(segment: Segment): Promise<void>;
  /** Bytes in the file that is written to now. */
  readonly sizeBytes: number;
}

export interface JournalOptions {
  readonly folder: string;
  readonly fsync: 'always' | 'interval';
  /** Unix milliseconds; orders the files by when they were begun. */
  readonly now: () => number;
}

/** Between two syncs of a journal that does not wait for them, in milliseconds: what a loss of power may take. */
const SYNC_EVERY_MS = 1_000;
const SUFFIX = '.jsonl';

/** Opens the journal of a folder. What an earlier process left there is made whole, and is in the next `cut`. */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  for (const { path } of await segmentsIn(options.folder)) await mend(path);
  return new FileJournal(options);
}

async function segmentsIn(folder: string): Promise<Segment[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(SUFFIX));
  return names.toSorted().map((name) => ({ name, path: join(folder, name) }));
}

/** Takes off what a crash left half written behind the last whole line: nobody was told that it is safe. */
async function mend(path: string): Promise<void> {
  await using file = await open(path, 'r+');
  const { size } = await file.stat();
  const sound = await soundLength(file);
  if (sound === size) return;
  await file.truncate(sound);
  await file.datasync();
}

interface Waiting {
  readonly lines: Buffer;
  resolve(): void;
  reject(error: unknown): void;
}

class FileJournal implements Journal {
  readonly #options: JournalOptions;
  readonly #timer: NodeJS.Timeout | null;
  #file: FileHandle | null = null;
  #offset = 0;
  #isDirty = false;
  #waiting: Waiting[] = [];
  /** Writes, syncs and cuts, one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: JournalOptions) {
    this.#options = options;
    // What a sync says goes to whoever writes next, if it is still so then.
    const sync = () => void this.#inTurn(() => this.#sync()).catch(() => undefined);
    this.#timer = options.fsync === 'always' ? null : setInterval(sync, SYNC_EVERY_MS).unref();
  }

  get sizeBytes(): number {
    return this.#offset;
  }

  append(documents: readonly unknown[]): Promise<void> {
    if (documents.length === 0) return Promise.resolve();
    const lines = Buffer.from(documents.map((document) => `${JSON.stringify(document)}\n`).join(''));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ lines, resolve, reject });
      // Whoever comes while the disk is busy goes with the next write.
      if (this.#waiting.length === 1) void this.#inTurn(() => this.#commit());
    });
  }

  async cut(): Promise<Segment[]> {
    return this.#inTurn(async () => {
      await this.#close();
      return this.segments();
    });
  }

  segments(): Promise<Segment[]> {
    return segmentsIn(this.#options.folder);
  }

  async remove({ path }: Segment): Promise<void> {
    await rm(path, { force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer ?? undefined);
    await this.#inTurn(() => this.#close());
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #commit(): Promise<void> {
    const group = this.#waiting;
    this.#waiting = [];
    try {
      await this.#write(Buffer.concat(group.map(({ lines }) => lines)));
      for (const { resolve } of group) resolve();
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }

  async #write(lines: Buffer): Promise<void> {
    const file = await this.#opened();
    try {
      for (let written = 0; written < lines.length; ) {
        const { bytesWritten } = await file.write(lines, written, lines.length - written, this.#offset + written);
        written += bytesWritten;
      }
      if (this.#options.fsync === 'always') await file.datasync();
      else this.#isDirty = true;
      this.#offset += lines.length;
    } catch (error) {
      // What was half written is no part of the journal, and what comes next begins where this began.
      await file.truncate(this.#offset).catch(() => undefined);
      throw error;
    }
  }

  async #opened(): Promise<FileHandle> {
    if (this.#file !== null) return this.#file;
    const { folder, now } = this.#options;
    const name = `${String(now()).padStart(14, '0')}-${randomBytes(8).toString('hex')}${SUFFIX}`;
    const file = await open(join(folder, name), 'wx', 0o600);
    await syncFolder(folder);
    this.#file = file;
    this.#offset = 0;
    return file;
  }

  async #sync(): Promise<void> {
    if (!this.#isDirty || this.#file === null) return;
    await this.#file.datasync();
    this.#isDirty = false;
  }

  async #close(): Promise<void> {
    if (this.#file === null) return;
    await this.#sync();
    await this.#file.close();
    this.#file = null;
    this.#offset = 0;
  }
}

/** A new name is on the disk only when its folder is. */
async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder, 'r');
  await handle.sync();
}
