import { join } from 'node:path';
import { readFileStamp } from '../digests/index.ts';
import type { Log } from '../telemetry/index.ts';
import { type Extent, isLedgerWritten, LEDGER, readLedger, removeHead, writeLedger } from './ledger.ts';
import { inspectSegment, type MissingLines, noteMissing } from './mend.ts';
import { putBackSegments } from './put-back.ts';
import { BOUND_SUFFIX, listSegments } from './segment.ts';

/** Extent of a segment, as the journal wrote or read it. */
export interface KnownSegment extends Extent {
  /** Stamp of its file at this extent; null: its lines must be checked again. */
  readonly stamp: string | null;
}

interface KnownSegmentsOptions {
  readonly folder: string;
  readonly log: Pick<Log, 'error'>;
}

/** The segments of a journal that are not in the lake, in memory and in the ledger, so that each that goes missing is noticed. */
export class KnownSegments {
  readonly #options: KnownSegmentsOptions;
  readonly #segments = new Map<string, KnownSegment>();
  /** Name of the segment that is written to. */
  openName: string | null = null;
  /** Notes of missing lines that were written. */
  notes = 0;

  constructor(options: KnownSegmentsOptions) {
    this.#options = options;
  }

  get(name: string): KnownSegment | null {
    return this.#segments.get(name) ?? null;
  }

  set(name: string, segment: KnownSegment): void {
    this.#segments.set(name, segment);
  }

  /** Whether it was known. */
  delete(name: string): boolean {
    return this.#segments.delete(name);
  }

  /** Marks a segment: its lines are checked again before the next query. */
  distrust(name: string): void {
    const known = this.#segments.get(name);
    if (known !== undefined) this.#segments.set(name, { ...known, stamp: null });
  }

  async writeLedger(): Promise<void> {
    await writeLedger(this.#options.folder, this.#segments, this.openName);
  }

  /** Takes over the files of an earlier process: a ledger and segments, or segments alone of an older version. */
  async recover(): Promise<void> {
    const { folder } = this.#options;
    const recorded = await readLedger(folder);
    const names = new Set((await listSegments(folder)).map(({ name }) => name));
    for (const [name, extent] of recorded?.segments ?? []) {
      if (extent !== null) this.#segments.set(name, { ...extent, stamp: null });
      // Of one that is gone at least the name is known.
      else if (!names.has(name)) this.#segments.set(name, { sizeBytes: 0, lines: 0, stamp: null });
    }
    const isLost = recorded === null && (await hasBoundLines(folder));
    for (const file of isLost ? [LEDGER] : (recorded?.damaged ?? [])) {
      await this.noteMissing(join(folder, file), { offset: 0, sizeBytes: 0, lines: null });
    }
    await this.#findMisplaced();
    await this.writeLedger();
    await removeHead(folder);
  }

  /** Compares with the disk and records segments that have disappeared. */
  async reconcile(): Promise<void> {
    await this.restoreLedger();
    const before = this.#segments.size;
    await this.#findMisplaced();
    if (this.#segments.size !== before) await this.writeLedger();
  }

  /** Writes the ledger again where it is not as it was written. */
  async restoreLedger(): Promise<void> {
    const { folder, log } = this.#options;
    if (await isLedgerWritten(folder, this.#segments, this.openName)) return;
    log.error({ folder, file: LEDGER }, 'rewrote the damaged segment list of a journal');
    await this.writeLedger();
  }

  /** Renames misplaced segments back, and records missing ones. */
  async #findMisplaced(): Promise<void> {
    const { folder, log } = this.#options;
    const moved = await putBackSegments(folder, this.#segments.keys());
    if (moved.length > 0) log.error({ folder, files: moved }, 'restored the names of journal segments');
    const names = new Set((await listSegments(folder)).map(({ name }) => name));
    for (const [name, { sizeBytes, lines }] of [...this.#segments]) {
      if (names.has(name)) continue;
      this.#segments.delete(name);
      await this.noteMissing(join(folder, name), { offset: 0, sizeBytes, lines: sizeBytes === 0 ? null : lines });
    }
  }

  async noteMissing(
    path: string,
    missing: Omit<MissingLines, 'lines'> & { readonly lines: number | null },
  ): Promise<void> {
    const note = await noteMissing(path, missing);
    if (note === null) return;
    this.notes += 1;
    this.#options.log.error({ file: path, ...missing, note }, 'acknowledged lines of a journal are missing');
  }

  /**
   * Path of a segment that was damaged since it was written; null: there is none. One `stat` each; the lines are only checked where
   * another program wrote to the file.
   */
  async findDamage(): Promise<string | null> {
    for (const [name, known] of this.#segments) {
      const path = join(this.#options.folder, name);
      const found = await readFileStamp(path);
      // It may have been settled and removed meanwhile.
      if (found?.stamp === known.stamp || !this.#segments.has(name)) continue;
      if (found === null) return path;
      const { spots, missing } = await inspectSegment({ name, path }, { expected: known });
      if (spots.length > 0 || missing !== null) return path;
      if (this.#segments.get(name) === known) this.#segments.set(name, { ...known, stamp: found.stamp });
    }
    return null;
  }
}

/** A ledger is there before the first line of such a segment. */
async function hasBoundLines(folder: string): Promise<boolean> {
  for (const { name, path } of await listSegments(folder)) {
    if (name.endsWith(BOUND_SUFFIX) && (await readFileStamp(path))?.sizeBytes !== 0) return true;
  }
  return false;
}
