import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../telemetry/index.ts';
import { encodeLine, type JournalDocument } from './line.ts';
import { type KeepsLine, type MendedSegment, mendSegment } from './mend.ts';
import { CHECKED_SUFFIX, listSegments, type Segment, syncFolder } from './segment.ts';
import { countSetAside } from './verify.ts';

export interface ListedSegment extends Segment {
  /** Holds whole lines only. The segment that is written to may end in half a line. */
  readonly isWhole: boolean;
}

/**
 * Documents appended to a file, for what must be on the disk before it is answered and finds its place later. Callers share
 * one write and one sync (group commit), so the disk is asked as often as it can answer, not once a document. Every line has a
 * checksum.
 */
export interface Journal extends AsyncDisposable {
  /**
   * Appends documents, all or none. Resolves when they are as safe as the journal promises: on the disk (`always`), or
   * with the operating system, which the end of this process does not touch and a loss of power may (`interval`).
   * Rejects with what the disk said, and then nothing of them is kept. After a failed sync the segment is not written to any
   * more: the operating system may have dropped what the sync was for, and a second sync would succeed all the same.
   */
  append(documents: readonly JournalDocument[]): Promise<void>;
  /** Ends the file that is written to; all that there are then hold everything appended before. Oldest first. */
  cut(): Promise<Segment[]>;
  /** The files that there are, the one that is written to among them. Oldest first. */
  segments(): Promise<ListedSegment[]>;
  /**
   * Checks every line of a segment that is not written to and sets damage aside, with the lines that `keeps` refuses. Reports
   * what it set aside to the log.
   */
  mend(segment: Segment, keeps?: KeepsLine): Promise<MendedSegment>;
  /** Removes a segment whose content has found its place. */
  remove(segment: Segment): Promise<void>;
  /** Bytes in the file that is written to now. */
  readonly sizeBytes: number;
  /** Damaged spots that were set aside and whose files are in the folder. */
  readonly damagedSpots: number;
}

export interface JournalOptions {
  readonly folder: string;
  readonly fsync: 'always' | 'interval';
  /** Unix milliseconds; orders the files by when they were begun. */
  readonly now: () => number;
  readonly log: Pick<Log, 'info' | 'error'>;
}

/** Between two syncs of a journal that does not wait for them, in milliseconds: what a loss of power may take. */
const SYNC_EVERY_MS = 1_000;
/** Files that a crash left while a segment was mended. */
const LEFTOVERS = /\.(mending|damages)$/;

/** Opens the journal of a folder. What an earlier process left there is made whole, and is in the next `cut`. */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const { folder } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const leftovers = (await readdir(folder)).filter((name) => LEFTOVERS.test(name));
  for (const name of leftovers) await rm(join(folder, name), { force: true });
  const journal = new FileJournal(options, await countSetAside(folder));
  for (const segment of await listSegments(folder)) await journal.mend(segment);
  return journal;
}

interface Waiting {
  readonly lines: Buffer;
  resolve(): void;
  reject(error: unknown): void;
}

/** The segment that is written to. */
interface OpenSegment {
  readonly name: string;
  readonly file: FileHandle;
}

class FileJournal implements Journal {
  readonly #options: JournalOptions;
  readonly #timer: NodeJS.Timeout | null;
  #open: OpenSegment | null = null;
  /** Name of the segment that is written to, from before it is in the folder. */
  #openName: string | null = null;
  #offset = 0;
  #isDirty = false;
  #waiting: Waiting[] = [];
  #damagedSpots: number;
  /** Segments that may end in half a line because the disk did not take it back. */
  readonly #torn = new Set<string>();
  /** A sync of what was acknowledged before it failed; the next writer is told. */
  #failure: { readonly error: unknown } | null = null;
  /** Writes, syncs and cuts, one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: JournalOptions, damagedSpots: number) {
    this.#options = options;
    this.#damagedSpots = damagedSpots;
    const sync = () => void this.#inTurn(() => this.#sync());
    this.#timer = options.fsync === 'always' ? null : setInterval(sync, SYNC_EVERY_MS).unref();
  }

  get sizeBytes(): number {
    return this.#offset;
  }

  get damagedSpots(): number {
    return this.#damagedSpots;
  }

  append(documents: readonly JournalDocument[]): Promise<void> {
    if (documents.length === 0) return Promise.resolve();
    const lines = Buffer.from(documents.map(encodeLine).join(''));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ lines, resolve, reject });
      // Appends that come while the disk is busy go with the next write.
      if (this.#waiting.length === 1) void this.#inTurn(() => this.#commit());
    });
  }

  async cut(): Promise<Segment[]> {
    return this.#inTurn(async () => {
      await this.#close();
      return listSegments(this.#options.folder);
    });
  }

  async segments(): Promise<ListedSegment[]> {
    const segments = await listSegments(this.#options.folder);
    // Asked after the folder was read: a segment that was begun meanwhile is not in the list.
    return segments.map((segment) => ({
      ...segment,
      isWhole: segment.name !== this.#openName && !this.#torn.has(segment.name),
    }));
  }

  async mend(segment: Segment, keeps?: KeepsLine): Promise<MendedSegment> {
    const mended = await mendSegment(segment, keeps);
    const { spots, setAside, tornBytes, lines } = mended;
    this.#torn.delete(segment.name);
    const { log } = this.#options;
    const file = segment.path;
    if (tornBytes > 0) log.info({ file, sizeBytes: tornBytes }, 'cut a half-written last line off a journal');
    if (spots.length > 0) {
      this.#damagedSpots += spots.length;
      const facts = { file, count: spots.length, offset: spots[0]?.offset, spots: spots.slice(0, 20), setAside, lines };
      log.error(facts, 'set damaged bytes of a journal aside; the intact lines around them are kept');
    }
    return mended;
  }

  async remove({ name, path }: Segment): Promise<void> {
    await rm(path, { force: true });
    this.#torn.delete(name);
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
      this.#throwFailure();
      await this.#write(Buffer.concat(group.map(({ lines }) => lines)));
      for (const { resolve } of group) resolve();
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }

  #throwFailure(): void {
    const failure = this.#failure;
    this.#failure = null;
    if (failure !== null) throw failure.error;
  }

  async #write(lines: Buffer): Promise<void> {
    const segment = await this.#opened();
    try {
      await writeAt(segment.file, lines, this.#offset);
    } catch (error) {
      await this.#takeBack(segment);
      throw error;
    }
    if (this.#options.fsync === 'interval') this.#isDirty = true;
    else {
      try {
        await segment.file.datasync();
      } catch (error) {
        await this.#takeBack(segment);
        await this.#abandon(segment, error);
        throw error;
      }
    }
    this.#offset += lines.length;
  }

  /** Lines that were not acknowledged are no part of the journal, and the next ones begin where these began. */
  async #takeBack({ name, file }: OpenSegment): Promise<void> {
    try {
      await file.truncate(this.#offset);
    } catch {
      this.#torn.add(name);
    }
  }

  /** Never writes to a segment again of which a sync has failed. Its lines are settled as those of any other. */
  async #abandon({ name, file }: OpenSegment, error: unknown): Promise<void> {
    this.#options.log.error(
      { err: error, segment: name },
      'a journal could not be synced; the next append begins a new file',
    );
    this.#forgetOpen();
    this.#isDirty = false;
    await file.close().catch(() => undefined);
  }

  async #opened(): Promise<OpenSegment> {
    if (this.#open !== null) return this.#open;
    const { folder, now } = this.#options;
    const name = `${String(now()).padStart(14, '0')}-${randomBytes(8).toString('hex')}${CHECKED_SUFFIX}`;
    this.#openName = name;
    const segment = { name, file: await open(join(folder, name), 'wx', 0o600) };
    this.#offset = 0;
    try {
      await syncFolder(folder);
    } catch (error) {
      await this.#abandon(segment, error);
      throw error;
    }
    this.#open = segment;
    return segment;
  }

  async #sync(): Promise<void> {
    const segment = this.#open;
    if (!this.#isDirty || segment === null) return;
    try {
      await segment.file.datasync();
      this.#isDirty = false;
    } catch (error) {
      await this.#abandon(segment, error);
      this.#failure = { error };
    }
  }

  async #close(): Promise<void> {
    await this.#sync();
    const segment = this.#open;
    if (segment === null) return;
    this.#forgetOpen();
    await segment.file.close();
  }

  #forgetOpen(): void {
    this.#open = null;
    this.#openName = null;
    this.#offset = 0;
  }
}

async function writeAt(file: FileHandle, bytes: Buffer, offset: number): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, offset + written);
    written += bytesWritten;
  }
}
