import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { readFileStamp, toStamp } from '../digests/index.ts';
import { AppError } from '../errors/index.ts';
import type { Log } from '../telemetry/index.ts';
import { KnownSegments } from './known-segments.ts';
import { openHead, removeHead, writeHead } from './ledger.ts';
import { encodeContent, frameLine, type JournalDocument } from './line.ts';
import { type KeepsLine, type MendedSegment, repairSegment } from './mend.ts';
import { BOUND_SUFFIX, listSegments, type Segment } from './segment.ts';
import type { JournalLease } from './shared.ts';
import { countSetAside } from './verify.ts';

export interface ListedSegment extends Segment {
  /** Holds whole lines only. The segment that is written to may end in half a line. */
  readonly isWhole: boolean;
}

/**
 * Append-only log of documents that must be on disk before they are acknowledged and move to the lake later. Callers share
 * one write and one sync (group commit), so the disk syncs as often as it can, not once a document. Every line has a
 * checksum. A ledger next to the segments names each segment with its size, so that missing lines are detected.
 */
export interface Journal extends AsyncDisposable {
  /**
   * Appends documents, all or none. Resolves when they are as durable as the journal promises: on the disk (`always`), or
   * in the cache of the operating system, which survives the end of this process but not a loss of power (`interval`).
   * Rejects with the error of the disk; then none of them is kept. After a failed sync the segment is not written to any
   * more: the operating system may have dropped the unsynced pages, and a second sync would succeed all the same.
   * Error: `server_lease_lost`, with several servers, when another one has begun to take the journal over.
   */
  append(documents: readonly JournalDocument[]): Promise<void>;
  /** Closes the open segment; the returned segments contain every line appended before. Oldest first. */
  cut(): Promise<Segment[]>;
  /** All segments, including the open one. Oldest first. */
  segments(): Promise<ListedSegment[]>;
  /**
   * Checks every line of a closed segment and sets damage aside, including the lines that `keeps` refuses. Logs the
   * bytes set aside.
   */
  mend(segment: Segment, keeps?: KeepsLine): Promise<MendedSegment>;
  /**
   * Looks for damage that came since the journal was opened: one `stat` a segment, and its lines where anything but this journal wrote
   * to it. Answers the file concerned; null: there is none.
   */
  findDamage(): Promise<string | null>;
  /** Writes the ledger again where it is not as this journal wrote it. */
  restoreLedger(): Promise<void>;
  /** Removes a segment whose content has found its place. */
  remove(segment: Segment): Promise<void>;
  /** Bytes in the file that is written to now. */
  readonly sizeBytes: number;
  /** Damaged spots that were set aside, and notes of missing lines, whose files are in the folder. */
  readonly damagedSpots: number;
}

export interface JournalOptions {
  readonly folder: string;
  readonly fsync: 'always' | 'interval';
  /** Unix milliseconds; segments are ordered by their start. */
  readonly now: () => number;
  readonly log: Pick<Log, 'info' | 'error'>;
  /** Lines are acknowledged only while it is held; left out: always. */
  readonly lease?: JournalLease;
}

/** Between two syncs of a journal that does not wait for them, in milliseconds: the longest time that a loss of power can lose. */
const SYNC_EVERY_MS = 1_000;
/** Files that a crash left while a segment was mended. */
const LEFTOVERS = /\.(mending|damages|noting)$/;

/** Opens the journal of a folder. Segments of an earlier process are repaired and included in the next `cut`. */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const { folder } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const leftovers = (await readdir(folder)).filter((name) => LEFTOVERS.test(name));
  for (const name of leftovers) await rm(join(folder, name), { force: true });
  const journal = new FileJournal(options, await countSetAside(folder));
  await journal.recover();
  return journal;
}

interface Waiting {
  readonly contents: readonly string[];
  resolve(): void;
  reject(error: unknown): void;
}

/** The segment that is written to. */
interface OpenSegment {
  readonly name: string;
  readonly file: FileHandle;
  /** File of its size. */
  readonly head: FileHandle;
  /** Of its checksums. */
  readonly seed: number;
}

class FileJournal implements Journal {
  readonly #options: JournalOptions;
  readonly #timer: NodeJS.Timeout | null;
  #open: OpenSegment | null = null;
  #offset = 0;
  readonly #known: KnownSegments;
  #isDirty = false;
  #waiting: Waiting[] = [];
  #damagedSpots: number;
  /** Segments that may end in half a line because the disk did not take it back. */
  readonly #torn = new Set<string>();
  /** Error of a sync of lines that were already acknowledged; the next writer receives it. */
  #failure: { readonly error: unknown } | null = null;
  /** Writes, syncs and cuts, one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: JournalOptions, damagedSpots: number) {
    this.#options = options;
    this.#known = new KnownSegments(options);
    this.#damagedSpots = damagedSpots;
    const sync = () => void this.#inTurn(() => this.#sync());
    this.#timer = options.fsync === 'always' ? null : setInterval(sync, SYNC_EVERY_MS).unref();
  }

  get sizeBytes(): number {
    return this.#offset;
  }

  get damagedSpots(): number {
    return this.#damagedSpots + this.#known.notes;
  }

  append(documents: readonly JournalDocument[]): Promise<void> {
    if (documents.length === 0) return Promise.resolve();
    const contents = documents.map(encodeContent);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ contents, resolve, reject });
      // Appends that come while the disk is busy go with the next write.
      if (this.#waiting.length === 1) void this.#inTurn(() => this.#commit());
    });
  }

  async cut(): Promise<Segment[]> {
    return this.#inTurn(async () => {
      await this.#close();
      await this.#known.reconcile();
      return listSegments(this.#options.folder);
    });
  }

  async segments(): Promise<ListedSegment[]> {
    const segments = await listSegments(this.#options.folder);
    // Read after the listing: a segment that began in the meantime is not in the list.
    return segments.map((segment) => ({
      ...segment,
      isWhole: segment.name !== this.#known.openName && !this.#torn.has(segment.name),
    }));
  }

  async mend(segment: Segment, keeps?: KeepsLine): Promise<MendedSegment> {
    const { name, path: file } = segment;
    const before = this.#known.get(name);
    const mended = await repairSegment(segment, { keeps, expected: before });
    const { spots, setAside, tornBytes, lines, sizeBytes, missing } = mended;
    this.#torn.delete(name);
    if (tornBytes > 0) {
      this.#options.log.info({ file, sizeBytes: tornBytes }, 'removed a half-written last line from a journal');
    }
    if (spots.length > 0) {
      this.#damagedSpots += spots.length;
      const facts = { file, count: spots.length, offset: spots[0]?.offset, spots: spots.slice(0, 20), setAside, lines };
      const text = 'isolated damaged bytes of a journal; the intact lines around them are kept';
      this.#options.log.error(facts, text);
    }
    if (missing !== null) await this.#known.noteMissing(file, missing);
    this.#known.set(name, { sizeBytes, lines, stamp: (await readFileStamp(file))?.stamp ?? null });
    if (before?.sizeBytes !== sizeBytes || before.lines !== lines) await this.#inTurn(() => this.#known.writeLedger());
    return mended;
  }

  /** Repairs the files of an earlier process. */
  async recover(): Promise<void> {
    await this.#known.recover();
    for (const segment of await listSegments(this.#options.folder)) await this.mend(segment);
  }

  findDamage(): Promise<string | null> {
    // In turn: while this journal writes to a segment, its stamp changes.
    return this.#inTurn(() => this.#known.findDamage());
  }

  restoreLedger(): Promise<void> {
    return this.#inTurn(() => this.#known.restoreLedger());
  }

  async remove({ name, path }: Segment): Promise<void> {
    // First out of the ledger: lines that are in neither the ledger nor the lake would count as missing.
    if (this.#known.delete(name)) await this.#inTurn(() => this.#known.writeLedger());
    await rm(path, { force: true });
    this.#torn.delete(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer ?? undefined);
    // Without the lease the files belong to the server that takes them over, and may be gone.
    await this.#inTurn(() => (this.#isHeld() ? this.#close() : this.#drop()));
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
      await this.#assertHeld();
      await this.#write(group.flatMap(({ contents }) => contents));
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

  #isHeld(): boolean {
    return this.#options.lease?.isHeld() !== false;
  }

  async #assertHeld(): Promise<void> {
    if (this.#isHeld()) return;
    // While the store is away no server can renew its lease, nor take a journal over.
    if ((await this.#options.lease?.isUntaken?.()) === true) return;
    const detail =
      'This server has lost its lease: another server may take its journal over. Nothing was stored; retry on another server.';
    throw new AppError('server_lease_lost', detail);
  }

  async #write(contents: readonly string[]): Promise<void> {
    const segment = await this.#opened();
    const { name, file, head, seed } = segment;
    const bytes = Buffer.from(contents.map((content) => frameLine(content, seed)).join(''));
    try {
      await writeAtOffset(file, bytes, this.#offset);
    } catch (error) {
      await this.#takeBack(segment);
      throw error;
    }
    if (this.#options.fsync === 'interval') this.#isDirty = true;
    else {
      try {
        await file.datasync();
      } catch (error) {
        await this.#takeBack(segment);
        await this.#abandon(segment, error);
        throw error;
      }
    }
    const facts = await file.stat({ bigint: true });
    if (facts.nlink === 0n) throw await this.#abandonRemoved(segment);
    try {
      // Again: lines that are acknowledged were in the file before a takeover could read it, however long the write took.
      await this.#assertHeld();
    } catch (error) {
      await this.#takeBack(segment);
      throw error;
    }
    this.#offset += bytes.length;
    const lines = (this.#known.get(name)?.lines ?? 0) + contents.length;
    this.#known.set(name, { sizeBytes: this.#offset, lines, stamp: toStamp(facts) });
    await writeHead(head, name, { sizeBytes: this.#offset, lines });
  }

  /** The segment file was removed: writes to it are lost. */
  async #abandonRemoved(segment: OpenSegment): Promise<AppError> {
    const detail = `The journal file ${segment.name} was removed during a write. Retry the request.`;
    const error = new AppError('journal_damaged', detail, { file: segment.name });
    await this.#abandon(segment, error);
    return error;
  }

  /** Truncates lines that were not acknowledged; the next lines start at the same offset. */
  async #takeBack({ name, file }: OpenSegment): Promise<void> {
    this.#known.distrust(name);
    try {
      await file.truncate(this.#offset);
    } catch {
      this.#torn.add(name);
    }
  }

  /** Never writes to a segment again of which a sync has failed. Its lines are settled as those of any other. */
  async #abandon(segment: OpenSegment, error: unknown): Promise<void> {
    this.#options.log.error(
      { err: error, segment: segment.name },
      'a journal could not be synced; the next append starts a new file',
    );
    this.#isDirty = false;
    await this.#drop(segment);
  }

  /** Closes the files of a segment as they are. */
  async #drop(segment = this.#open): Promise<void> {
    this.#forgetOpen();
    await Promise.allSettled([segment?.file.close(), segment?.head.close()]);
  }

  async #opened(): Promise<OpenSegment> {
    if (this.#open !== null) return this.#open;
    const { folder, now } = this.#options;
    const name = `${String(now()).padStart(14, '0')}-${randomBytes(8).toString('hex')}${BOUND_SUFFIX}`;
    this.#known.openName = name;
    const head = await openHead(folder, name);
    const file = await open(join(folder, name), 'wx', 0o600).catch(async (error: unknown) => {
      await head.close();
      throw error;
    });
    const segment = { name, file, head, seed: crc32(name) };
    this.#offset = 0;
    this.#known.set(name, { sizeBytes: 0, lines: 0, stamp: null });
    try {
      // On the disk, with the names of the files, before the first line is acknowledged.
      await this.#known.writeLedger();
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
    await segment.head.close();
    await this.#known.writeLedger();
    await removeHead(this.#options.folder);
  }

  #forgetOpen(): void {
    this.#open = null;
    this.#known.openName = null;
    this.#offset = 0;
  }
}

async function writeAtOffset(file: FileHandle, bytes: Buffer, offset: number): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, offset + written);
    written += bytesWritten;
  }
}
