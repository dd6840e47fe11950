import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../errors/index.ts';
import type { DayRange, Lake, LakeSession, StagedFile } from '../lake/index.ts';
import type { Store } from '../store/index.ts';
import type { Log } from '../telemetry/index.ts';
import { compactFiles, selectDueFiles } from './compaction.ts';
import type { InstantRange, JournalDamage, JournaledRow, JournaledTable } from './contract.ts';
import { type Journal, openJournal } from './journal.ts';
import {
  assertOthersIntact,
  createDamagedError,
  listOtherNames,
  listOtherSegments,
  type OtherSegments,
} from './other-segments.ts';
import { explainUnreadable, type RowShape } from './readable.ts';
import {
  findFilesBefore,
  findMatchingRows,
  type StoredRows,
  sumStoredRows,
  swapOutBefore,
  swapOutMatching,
} from './removal.ts';
import { KEPT_SUFFIX, measureSegment, type Segment } from './segment.ts';
import { buildSegmentRowsSql, stageSegments } from './segment-sql.ts';
import type { SharedJournal } from './shared.ts';
import { findSettledSegments, forgetSegments, noteSegments, restartRecords } from './store.ts';

export interface JournaledTableDeps {
  readonly store: Store;
  readonly lake: Lake;
  /** Folder of the journal; the lake must be allowed to read there. */
  readonly folder: string;
  readonly fsync: 'always' | 'interval';
  readonly now: () => number;
  readonly log: Pick<Log, 'info' | 'error'>;
  /** Left out: one server uses the store and the lake. */
  readonly shared?: SharedJournal | undefined;
}

export async function openJournaledTable(deps: JournaledTableDeps, shape: RowShape): Promise<JournaledTable> {
  const folder = join(deps.folder, shape.table.name);
  const { fsync, now, log, shared } = deps;
  const journal = await openJournal({ folder, fsync, now, log, ...(shared === undefined ? {} : { lease: shared }) });
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
    const { folder, shared } = this.#deps;
    const named = isRowError(error) && error instanceof Error ? error.message : '';
    if (error instanceof FoundDamage || named.includes(join(folder, this.#shape.table.name)))
      throw this.#setDamageAside(error as Error);
    const other = shared === undefined ? null : (/["']([^"']+\.jsonl)["']/.exec(named)?.[1] ?? null);
    throw other === null ? error : createDamagedError(other, error);
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
    const others = await this.#listOthers();
    // One transaction for both reads: a segment is either settled and in the lake, or neither.
    const { relation, settled } = await store.transaction(async (sql) => {
      const found = await findSettledSegments(sql, table.name);
      const isWhole = (one: (typeof segments)[number]) => one.isWhole && !this.#kept.has(one.name);
      const listed = [...segments.map((one) => ({ ...one, isWhole: isWhole(one) })), ...others.segments];
      const waiting = listed.filter(({ name }) => !found.has(name));
      const stored = await lake.relation(sql, table, { days: toDays(range) });
      if (waiting.length === 0) return { relation: stored, settled: found };
      const both = `(FROM ${stored} UNION ALL BY NAME ${buildSegmentRowsSql(this.#shape, waiting)})`;
      return { relation: both, settled: found };
    });
    await assertOthersIntact(others, settled);
    return lake.session((session) => work(relation, session));
  }

  async #listOthers(): Promise<OtherSegments> {
    const { shared } = this.#deps;
    if (shared === undefined) return { segments: [], absent: [] };
    return listOtherSegments(await shared.others(), this.#shape.table.name);
  }

  async state(): Promise<string> {
    const { lake, store } = this.#deps;
    const { table } = this.#shape;
    const listed = [...(await this.#journal.segments()), ...(await this.#listOthers()).segments];
    const sizes = await Promise.all(listed.map(measureSegment));
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
    return this.#inTurn(() => this.#alone(() => this.#compact()));
  }

  removeBefore(day: string, { dryRun }: { readonly dryRun: boolean }): Promise<StoredRows> {
    return this.#inTurn(async () => {
      if (dryRun) return sumStoredRows(await findFilesBefore(this.#deps, this.#shape, day));
      await this.#settle();
      return this.#forgetting(await this.#alone(() => swapOutBefore(this.#deps, this.#shape, day)));
    });
  }

  removeRows(condition: string, { dryRun }: { readonly dryRun: boolean }): Promise<StoredRows> {
    return this.#inTurn(async () => {
      await this.#refuseRowsElsewhere(condition);
      await this.#settle();
      if (!dryRun)
        return this.#forgetting(await this.#alone(() => swapOutMatching(this.#deps, this.#shape, condition)));
      const matching = await findMatchingRows(this.#deps, this.#shape, condition);
      const rows = matching.reduce((sum, one) => sum + one.rows, 0);
      return { ...sumStoredRows(matching.map(({ file }) => file)), rows };
    });
  }

  /** Work that replaces files of the table; another server would replace the same ones. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    return this.#deps.store.exclusively(`files of ${this.#shape.table.name}`, work);
  }

  /** Only its own server settles a journal. A deletion that left rows there would come undone. */
  async #refuseRowsElsewhere(condition: string): Promise<void> {
    const { store, lake } = this.#deps;
    const { name } = this.#shape.table;
    const { segments } = await this.#listOthers();
    if (segments.length === 0) return;
    const settled = await findSettledSegments(store, name);
    const waiting = segments.filter((one) => !settled.has(one.name));
    if (waiting.length === 0) return;
    const relation = `(FROM ${buildSegmentRowsSql(this.#shape, waiting)})`;
    const [found] = await lake.query(`SELECT count(*)::INTEGER AS rows FROM ${relation} WHERE ${condition}`);
    const rows = Number(found?.rows);
    if (rows === 0) return;
    const detail = `${rows} of these rows of ${name} are still in the journal of another server, which moves them into the lake within five minutes. Nothing was deleted; retry then.`;
    throw new AppError('journal_rows_elsewhere', detail, { table: name, rows });
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
    const { store, shared, now } = this.#deps;
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
    const isOver = ({ name }: Segment) =>
      shared === undefined || (settled.get(name) ?? Number.POSITIVE_INFINITY) + shared.keepMs <= now();
    const gone = segments.filter((one) => !this.#kept.has(one.name) && isOver(one));
    // Readers that began before may still read these files, or have seen them and have yet to ask which are settled.
    await Promise.all(this.#readers);
    const names = gone.map(({ name }) => name);
    if (shared !== undefined && names.length > 0)
      await store.append((sql) => restartRecords(sql, table.name, names, now()));
    for (const segment of gone) await this.#journal.remove(segment);
    await Promise.all(this.#readers);
    // With several servers the records stay longer: see `#forgetOld`.
    if (shared === undefined) await forgetSegments(store, table.name, names);
  }

  /** Forgets segments of all servers whose files have been gone for longer than any reader takes. */
  async #forgetOld({ others, keepMs }: SharedJournal): Promise<void> {
    const { store, now } = this.#deps;
    const { name: table } = this.#shape.table;
    const settled = await findSettledSegments(store, table);
    const old = [...settled].flatMap(([name, at]) => (at + keepMs <= now() ? [name] : []));
    if (old.length === 0) return;
    const own = new Set((await this.#journal.segments()).map(({ name }) => name));
    const elsewhere = await listOtherNames(await others(), table);
    const gone = old.filter((name) => !own.has(name) && !elsewhere.has(name));
    await store.append((sql) => forgetSegments(sql, table, gone));
  }

  async #settleEach(waiting: readonly Counted[]): Promise<void> {
    for (const { segment } of waiting) {
      const { lines } = await this.#journal.mend(segment, (line) => this.#isReadable(line));
      const isMoved = await this.#moved([{ segment, lines }]);
      await this.#keep(segment, !isMoved);
      if (isMoved) continue;
      const facts = { file: segment.path, lines, table: this.#shape.table.name };
      this.#deps.log.error(
        facts,
        'the query engine does not read every line of a journal segment; the segment is kept and not moved to the lake',
      );
    }
  }

  async #keep({ name, path }: Segment, isKept: boolean): Promise<void> {
    if (isKept) this.#kept.add(name);
    else this.#kept.delete(name);
    if (this.#deps.shared === undefined) return;
    if (isKept) await writeFile(`${path}${KEPT_SUFFIX}`, '');
    else await rm(`${path}${KEPT_SUFFIX}`, { force: true });
  }

  #isReadable(line: Buffer): boolean {
    const row: unknown = JSON.parse(line.toString('utf8'));
    return typeof row === 'object' && row !== null && explainUnreadable({ ...row }, this.#shape) === null;
  }

  /** Moves segments into the lake; false, without a change, when the engine does not read exactly one row for each line. */
  async #moved(waiting: readonly Counted[]): Promise<boolean> {
    const { lake, store, shared, now } = this.#deps;
    const { table } = this.#shape;
    const lines = waiting.reduce((sum, one) => sum + one.lines, 0);
    const segments = waiting.map(({ segment }) => segment);
    const staged: StagedFile[] = [];
    try {
      if (lines > 0) await lake.session((session) => stageSegments(session, this.#shape, segments, staged));
      if (staged.reduce((sum, { rows }) => sum + rows, 0) !== lines) throw new UnreadLines();
      await store.transaction(async (sql) => {
        await shared?.assertHeld(sql);
        await lake.swap(sql, table, { remove: [], add: staged });
        await noteSegments(sql, table.name, segments, now());
      });
      return true;
    } catch (error) {
      await lake.discard(staged);
      if (error instanceof UnreadLines || isRowError(error)) return false;
      throw error;
    }
  }

  async #compact(): Promise<void> {
    const { lake, store, now, shared } = this.#deps;
    const { table } = this.#shape;
    if (shared !== undefined) await this.#forgetOld(shared);
    await compactFiles({ lake, store }, this.#shape, selectDueFiles(await lake.files(store, table), now()));
    await lake.removeSuperseded(store, table);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#turn;
    await this.#journal[Symbol.asyncDispose]();
  }
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
