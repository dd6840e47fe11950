import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../errors/index.ts';
import type { DayRange, Lake, LakeSession, StagedFile } from '../lake/index.ts';
import type { Store } from '../store/index.ts';
import type { Log } from '../telemetry/index.ts';
import { compactFiles, selectDueFiles } from './compaction.ts';
import { type Journal, openJournal } from './journal.ts';
import type { JournalDocument } from './line.ts';
import { explainUnreadable, type RowShape } from './readable.ts';
import {
  findFilesBefore,
  findMatchingRows,
  type StoredRows,
  sumStoredRows,
  swapOutBefore,
  swapOutMatching,
} from './removal.ts';
import type { Segment } from './segment.ts';
import { buildSegmentRowsSql, stageSegments } from './segment-sql.ts';
import { findSettledSegments, forgetSegment, noteSegments } from './store.ts';

/** A row as it is appended: by column, as JSON; instants as ISO 8601 in UTC. */
export type JournaledRow = JournalDocument;

/** Instants as ISO 8601 in UTC; an end that is left out is open. */
export interface InstantRange {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/**
 * A lake table with durable appends: rows are safe as soon as `append` resolves, and visible to the next reader. Rows that are not
 * in Parquet yet are read from the journal. After a crash the sender may send rows twice; this table never duplicates rows.
 */
export interface JournaledTable extends AsyncDisposable {
  /**
   * All or none. Rows longer than `LONGEST_ROW_BYTES`, and those that `unreadableReason` refuses, are the caller's to refuse:
   * the latter throw here.
   */
  append(rows: readonly JournaledRow[]): Promise<void>;
  /**
   * Reads with a FROM item over all rows that were appended before; it holds until the promise is settled. With a range, files of
   * other days are not opened; rows outside the range may be included all the same. Error: `journal_damaged`, when the engine
   * meets damage that occurred while the server ran; the damage is set aside by an immediate settling.
   */
  read<T>(work: (relation: string, session: LakeSession) => Promise<T>, range?: InstantRange): Promise<T>;
  /**
   * Names the rows that a reader would be given now: while it stays the same, so do they. It changes when rows are appended, settled,
   * compacted or removed.
   */
  state(): Promise<string>;
  /** Moves the lines of the journal into the lake. */
  settle(): Promise<void>;
  /** Compacts the files of closed days, one file for each day, and small files of the others; deletes the files that were replaced. */
  compact(): Promise<void>;
  /**
   * Deletes the rows of UTC days before one (`2026-11-26`), in the journal and in the lake, and their files. With `dryRun` only counts those
   * in the lake.
   */
  removeBefore(day: string, options: { readonly dryRun: boolean }): Promise<StoredRows>;
  /**
   * Deletes the rows that meet an SQL condition over the columns, in the journal and in the lake, and the files that held them; `dryRun`
   * only counts them. Bytes that were set aside as damaged are not searched.
   */
  removeRows(condition: string, options: { readonly dryRun: boolean }): Promise<StoredRows>;
  /**
   * Waits for the settling that runs and keeps the next ones waiting until it is disposed of: meanwhile no segment leaves the
   * journal, so that a snapshot of the store and a copy of the journal fit together.
   */
  holdSettling(): Promise<Disposable>;
  /** Writes a damaged ledger of the journal again. */
  restoreLedger(): Promise<void>;
  /** Bytes that wait in the journal, of this process. */
  readonly waitingBytes: number;
  readonly damage: JournalDamage;
}

/** Damage in the journal of a table. */
export interface JournalDamage {
  readonly table: string;
  /** Damaged spots of segments whose bytes were set aside and are still in the folder of the journal. */
  readonly spotsSetAside: number;
  /** Segments that are kept and read, but not moved into the lake: the engine read another number of rows than they have lines. */
  readonly segmentsKept: number;
}

/**
 * Names the journals with damage and how many places of each, for the header of an answer; null: no damage is known.
 *
 * @example damageText([{ table: 'prediction', spotsSetAside: 2, segmentsKept: 0 }]) // 'prediction=2'
 */
export function describeDamages(damages: readonly JournalDamage[]): string | null {
  const damaged = damages.map(({ table, spotsSetAside, segmentsKept }) => ({
    table,
    count: spotsSetAside + segmentsKept,
  }));
  const texts = damaged.filter(({ count }) => count > 0).map(({ table, count }) => `${table}=${count}`);
  return texts.length === 0 ? null : texts.join(', ');
}

export interface JournaledTableDeps {
  readonly store: Store;
  readonly lake: Lake;
  /** Folder of the journal; the lake must be allowed to read there. */
  readonly folder: string;
  readonly fsync: 'always' | 'interval';
  readonly now: () => number;
  readonly log: Pick<Log, 'info' | 'error'>;
}

export async function openJournaledTable(deps: JournaledTableDeps, shape: RowShape): Promise<JournaledTable> {
  const folder = join(deps.folder, shape.table.name);
  const journal = await openJournal({ folder, fsync: deps.fsync, now: deps.now, log: deps.log });
  return new LakeJournal(deps, shape, journal);
}

class LakeJournal implements JournaledTable {
  readonly #deps: JournaledTableDeps;
  readonly #shape: RowShape;
  readonly #journal: Journal;
  readonly #readers = new Set<Promise<unknown>>();
  /** Segments of which the engine reads another number of rows than they have lines. */
  readonly #kept = new Set<string>();
  /** Settling and compacting, one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(deps: JournaledTableDeps, shape: RowShape, journal: Journal) {
    this.#deps = deps;
    this.#shape = shape;
    this.#journal = journal;
  }

  get waitingBytes(): number {
    return this.#journal.sizeBytes;
  }

  get damage(): JournalDamage {
    return {
      table: this.#shape.table.name,
      spotsSetAside: this.#journal.damagedSpots,
      segmentsKept: this.#kept.size,
    };
  }

  restoreLedger(): Promise<void> {
    return this.#journal.restoreLedger();
  }

  async append(rows: readonly JournaledRow[]): Promise<void> {
    for (const row of rows) {
      const reason = explainUnreadable(row, this.#shape);
      if (reason !== null) throw new Error(`a row of ${this.#shape.table.name} cannot be stored: ${reason}`);
    }
    await this.#journal.append(rows);
  }

  read<T>(work: (relation: string, session: LakeSession) => Promise<T>, range: InstantRange = {}): Promise<T> {
    const reading = this.#deps.lake.hold(() => this.#read(work, range)).catch((error) => this.#failRead(error));
    const settled = reading.catch(() => undefined).finally(() => this.#readers.delete(settled));
    this.#readers.add(settled);
    return reading;
  }

  /** Damage that came since the journal was opened: the read fails, and settling sets it aside. */
  #failRead(error: unknown): never {
    const { name } = this.#shape.table;
    const isDamage =
      isRowError(error) && error instanceof Error && error.message.includes(join(this.#deps.folder, name));
    throw isDamage || error instanceof FoundDamage ? this.#setDamageAside(error) : error;
  }

  #setDamageAside(error: Error): AppError {
    const { log } = this.#deps;
    const { name } = this.#shape.table;
    log.error({ err: error, table: name }, 'a query found damage in a journal; settling isolates it');
    this.settle().catch((failure: unknown) =>
      log.error({ err: failure, table: name }, 'a journal could not be settled'),
    );
    const detail = `The journal of ${name} is damaged. The damaged part is being isolated; retry in a few seconds.`;
    return new AppError('journal_damaged', detail, { table: name }, { cause: error });
  }

  async #read<T>(work: (relation: string, session: LakeSession) => Promise<T>, range: InstantRange): Promise<T> {
    const { lake, store } = this.#deps;
    const { table } = this.#shape;
    const damaged = await this.#journal.findDamage();
    if (damaged !== null) throw new FoundDamage(`${damaged} is damaged`);
    const segments = await this.#journal.segments();
    // One transaction for both reads: a segment is either settled and in the lake, or neither.
    const relation = await store.transaction(async (sql) => {
      const settled = await findSettledSegments(sql, table.name);
      const waiting = segments.filter(({ name }) => !settled.has(name));
      const stored = await lake.relation(sql, table, { days: toDays(range) });
      if (waiting.length === 0) return stored;
      const isWhole = (one: (typeof waiting)[number]) => one.isWhole && !this.#kept.has(one.name);
      return `(FROM ${stored} UNION ALL BY NAME ${buildSegmentRowsSql(
        this.#shape,
        waiting.map((one) => ({ ...one, isWhole: isWhole(one) })),
      )})`;
    });
    return lake.session((session) => work(relation, session));
  }

  async state(): Promise<string> {
    const { lake, store } = this.#deps;
    const { table } = this.#shape;
    const sizes = await Promise.all((await this.#journal.segments()).map(measureSegment));
    return store.transaction(async (sql) => {
      const settled = await findSettledSegments(sql, table.name);
      const waiting = sizes.flatMap(({ name, sizeBytes }) => (settled.has(name) ? [] : [`${name}:${sizeBytes}`]));
      return [await lake.sequence(sql, table), ...waiting].join(' ');
    });
  }

  settle(): Promise<void> {
    return this.#inTurn(() => this.#settle());
  }

  compact(): Promise<void> {
    return this.#inTurn(() => this.#compact());
  }

  removeBefore(day: string, { dryRun }: { readonly dryRun: boolean }): Promise<StoredRows> {
    return this.#inTurn(async () => {
      if (dryRun) return sumStoredRows(await findFilesBefore(this.#deps, this.#shape, day));
      await this.#settle();
      return this.#forgetting(await swapOutBefore(this.#deps, this.#shape, day));
    });
  }

  removeRows(condition: string, { dryRun }: { readonly dryRun: boolean }): Promise<StoredRows> {
    return this.#inTurn(async () => {
      await this.#settle();
      if (!dryRun) return this.#forgetting(await swapOutMatching(this.#deps, this.#shape, condition));
      const matching = await findMatchingRows(this.#deps, this.#shape, condition);
      const rows = matching.reduce((sum, one) => sum + one.rows, 0);
      return { ...sumStoredRows(matching.map(({ file }) => file)), rows };
    });
  }

  async #forgetting(removed: StoredRows): Promise<StoredRows> {
    await this.#deps.lake.removeSuperseded(this.#deps.store, this.#shape.table);
    return removed;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const working = this.#turn.then(work);
    this.#turn = working.catch(() => undefined);
    return working;
  }

  async holdSettling(): Promise<Disposable> {
    const [held, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    void this.#inTurn(() => {
      held.resolve();
      return released.promise;
    });
    await held.promise;
    return { [Symbol.dispose]: released.resolve };
  }

  async #settle(): Promise<void> {
    const { store } = this.#deps;
    const { table } = this.#shape;
    const segments = await this.#journal.cut();
    if (segments.length === 0) return;
    const settled = await findSettledSegments(store, table.name);
    const waiting: Counted[] = [];
    for (const segment of segments) {
      if (!settled.has(segment.name)) waiting.push({ segment, lines: (await this.#journal.mend(segment)).lines });
    }
    // Together, so that a day gets one file; one by one where that does not read every line, to find the segment that it is in.
    if (waiting.length > 0 && !(await this.#moved(waiting))) await this.#settleEach(waiting);
    const kept = segments.filter(({ name }) => this.#kept.has(name)).map(({ name }) => name);
    const gone = segments.filter(({ name }) => !kept.includes(name));
    // Readers that began before may still read these files, or have seen them and have yet to ask which are settled.
    await Promise.all(this.#readers);
    for (const segment of gone) await this.#journal.remove(segment);
    await Promise.all(this.#readers);
    for (const { name } of gone) await forgetSegment(store, table.name, name);
  }

  async #settleEach(waiting: readonly Counted[]): Promise<void> {
    for (const { segment } of waiting) {
      const { lines } = await this.#journal.mend(segment, (line) => this.#isReadable(line));
      if (await this.#moved([{ segment, lines }])) {
        this.#kept.delete(segment.name);
        continue;
      }
      this.#kept.add(segment.name);
      const facts = { file: segment.path, lines, table: this.#shape.table.name };
      this.#deps.log.error(
        facts,
        'the query engine does not read every line of a journal segment; the segment is kept and not moved to the lake',
      );
    }
  }

  #isReadable(line: Buffer): boolean {
    const row: unknown = JSON.parse(line.toString('utf8'));
    return typeof row === 'object' && row !== null && explainUnreadable({ ...row }, this.#shape) === null;
  }

  /** Moves segments into the lake; false, without a change, when the engine does not read exactly one row for each line. */
  async #moved(waiting: readonly Counted[]): Promise<boolean> {
    const { lake, store } = this.#deps;
    const { table } = this.#shape;
    const lines = waiting.reduce((sum, one) => sum + one.lines, 0);
    const segments = waiting.map(({ segment }) => segment);
    const staged: StagedFile[] = [];
    try {
      if (lines > 0) await lake.session((session) => stageSegments(session, this.#shape, segments, staged));
      if (staged.reduce((sum, { rows }) => sum + rows, 0) !== lines) throw new UnreadLines();
      await store.transaction(async (sql) => {
        await lake.swap(sql, table, { remove: [], add: staged });
        await noteSegments(sql, table.name, segments);
      });
      return true;
    } catch (error) {
      await lake.discard(staged);
      if (error instanceof UnreadLines || isRowError(error)) return false;
      throw error;
    }
  }

  async #compact(): Promise<void> {
    const { lake, store, now } = this.#deps;
    const { table } = this.#shape;
    await compactFiles({ lake, store }, this.#shape, selectDueFiles(await lake.files(store, table), now()));
    await lake.removeSuperseded(store, table);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#turn;
    await this.#journal[Symbol.asyncDispose]();
  }
}

/** A segment that is gone has been settled. */
async function measureSegment({ name, path }: Segment): Promise<{ name: string; sizeBytes: number }> {
  const facts = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  return { name, sizeBytes: facts?.size ?? 0 };
}

interface Counted {
  readonly segment: Segment;
  readonly lines: number;
}

class UnreadLines extends Error {}

/** A segment is missing, or holds other bytes than were written. */
class FoundDamage extends Error {}

/** Whether an engine error is caused by the rows, not by the engine itself or the machine. */
function isRowError(error: unknown): boolean {
  return (
    error instanceof Error && !(error instanceof AppError) && /^(Invalid Input|Conversion) Error/.test(error.message)
  );
}

function toDays({ from, to }: InstantRange): DayRange {
  return { from: from?.slice(0, 10), to: to?.slice(0, 10) };
}
