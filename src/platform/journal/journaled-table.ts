import { join } from 'node:path';
import {
  identifier,
  type Lake,
  type LakeRow,
  type LakeSession,
  type LakeTable,
  literal,
  type StagedFile,
} from '../lake/index.ts';
import type { Store } from '../store/index.ts';
import { type Journal, openJournal, type Segment } from './journal.ts';
import { forgetSegment, noteSegments, settledSegments } from './store.ts';

/** A row as it is appended: by column, as JSON; instants as ISO 8601 in UTC. */
export type JournaledRow = Readonly<Record<string, unknown>>;

/**
 * A table of the lake whose rows are safe as soon as `append` resolves, and there for whoever reads next: what is not in
 * Parquet yet is read from the journal. Rows may come twice after a crash of whoever sends them, never from here.
 */
export interface JournaledTable extends AsyncDisposable {
  /** All or none. Rows longer than `LONGEST_ROW_BYTES` are the caller's to refuse. */
  append(rows: readonly JournaledRow[]): Promise<void>;
  /** Reads with a FROM item over all rows that were appended before; it holds until the promise is settled. */
  read<T>(work: (relation: string, session: LakeSession) => Promise<T>): Promise<T>;
  /** Moves what the journal holds into the lake. */
  settle(): Promise<void>;
  /**
   * Waits for the settling that runs and keeps the next ones waiting until it is disposed of: meanwhile no segment leaves the
   * journal, so that a snapshot of the store and a copy of the journal fit together.
   */
  holdSettling(): Promise<Disposable>;
  /** Bytes that wait in the journal, of this process. */
  readonly waitingBytes: number;
}

export interface JournaledTableDeps {
  readonly store: Store;
  readonly lake: Lake;
  /** Folder of the journal; the lake must be allowed to read there. */
  readonly folder: string;
  readonly fsync: 'always' | 'interval';
  readonly now: () => number;
}

export interface JournaledTableShape {
  readonly table: LakeTable;
  /** Column of an instant: rows of one UTC day lie together. */
  readonly dayOf: string;
}

/** The largest row that is taken, as JSON, in bytes. Reading takes a few times as much memory for each file. */
export const LONGEST_ROW_BYTES = 1024 * 1024;

export async function openJournaledTable(
  deps: JournaledTableDeps,
  shape: JournaledTableShape,
): Promise<JournaledTable> {
  const folder = join(deps.folder, shape.table.name);
  const journal = await openJournal({ folder, fsync: deps.fsync, now: deps.now });
  return new LakeJournal(deps, shape, journal);
}

class LakeJournal implements JournaledTable {
  readonly #deps: JournaledTableDeps;
  readonly #shape: JournaledTableShape;
  readonly #journal: Journal;
  readonly #readers = new Set<Promise<unknown>>();
  #settling: Promise<void> = Promise.resolve();

  constructor(deps: JournaledTableDeps, shape: JournaledTableShape, journal: Journal) {
    this.#deps = deps;
    this.#shape = shape;
    this.#journal = journal;
  }

  get waitingBytes(): number {
    return this.#journal.sizeBytes;
  }

  append(rows: readonly JournaledRow[]): Promise<void> {
    return this.#journal.append(rows);
  }

  read<T>(work: (relation: string, session: LakeSession) => Promise<T>): Promise<T> {
    const reading = this.#read(work);
    const settled = reading.catch(() => undefined).finally(() => this.#readers.delete(settled));
    this.#readers.add(settled);
    return reading;
  }

  async #read<T>(work: (relation: string, session: LakeSession) => Promise<T>): Promise<T> {
    const { lake, store } = this.#deps;
    const { table } = this.#shape;
    const segments = await this.#journal.segments();
    // One look at both: a segment is either settled and in the lake, or neither.
    const relation = await store.transaction(async (sql) => {
      const settled = await settledSegments(sql, table.name);
      const waiting = segments.filter(({ name }) => !settled.has(name));
      const stored = await lake.relation(sql, table);
      return waiting.length === 0 ? stored : `(FROM ${stored} UNION ALL BY NAME ${this.#rowsOf(waiting)})`;
    });
    return lake.session((session) => work(relation, session));
  }

  settle(): Promise<void> {
    const settling = this.#settling.catch(() => undefined).then(() => this.#settle());
    this.#settling = settling;
    return settling;
  }

  async holdSettling(): Promise<Disposable> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const before = this.#settling.catch(() => undefined);
    this.#settling = before.then(() => promise);
    await before;
    return { [Symbol.dispose]: resolve };
  }

  async #settle(): Promise<void> {
    const { lake, store } = this.#deps;
    const { table } = this.#shape;
    const segments = await this.#journal.cut();
    if (segments.length === 0) return;
    const settled = await settledSegments(store, table.name);
    const waiting = segments.filter(({ name }) => !settled.has(name));
    const staged = waiting.length === 0 ? [] : await this.#stage(waiting);
    try {
      await store.transaction(async (sql) => {
        await lake.swap(sql, table, { remove: [], add: staged });
        await noteSegments(sql, table.name, waiting);
      });
    } catch (error) {
      await lake.discard(staged);
      throw error;
    }
    // Whoever began to read before may still read these files, or has seen them and has yet to ask which are settled.
    await Promise.all(this.#readers);
    for (const segment of segments) await this.#journal.remove(segment);
    await Promise.all(this.#readers);
    for (const { name } of segments) await forgetSegment(store, table.name, name);
  }

  #stage(segments: readonly Segment[]): Promise<StagedFile[]> {
    const { table, dayOf } = this.#shape;
    const rows = this.#rowsOf(segments);
    return this.#deps.lake.session(async (session) => {
      const day = `strftime(${identifier(dayOf)}, '%Y-%m-%d')`;
      const days = await session.query(`SELECT DISTINCT ${day} AS day FROM (${rows}) ORDER BY day`);
      const staged: StagedFile[] = [];
      for (const one of days.map((row: LakeRow) => String(row.day))) {
        const select = `SELECT * FROM (${rows}) WHERE ${day} = ${literal(one)} ORDER BY ${identifier(dayOf)}`;
        staged.push(await session.stage(table, one, select));
      }
      return staged;
    });
  }

  /** The rows of segments. The last line of one that is written to may be half there: it is left out. */
  #rowsOf(segments: readonly Segment[]): string {
    const { table, dayOf } = this.#shape;
    const paths = segments.map(({ path }) => literal(path)).join(', ');
    const columns = Object.entries(table.columns).map(([name, type]) => `${literal(name)}: ${literal(type)}`);
    return `FROM read_json([${paths}], format = 'newline_delimited', columns = {${columns.join(', ')}},
      ignore_errors = true, maximum_object_size = ${LONGEST_ROW_BYTES + 1}) WHERE ${identifier(dayOf)} IS NOT NULL`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#settling.catch(() => undefined);
    await this.#journal[Symbol.asyncDispose]();
  }
}
