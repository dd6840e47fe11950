import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { DuckDBConnection } from '@duckdb/node-api';
import { createMutex } from '../concurrency/index.ts';
import { AppError } from '../errors/index.ts';
import type { Objects } from '../objects/index.ts';
import type { Sql, Store } from '../store/index.ts';
import { openBucketPlace } from './bucket-place.ts';
import type { DistributedEngine } from './distributed.ts';
import { readDoubles } from './doubles.ts';
import { Engine } from './engine.ts';
import {
  createRemovedError,
  createStoppingError,
  isBucketFailure,
  mayBeDamage,
  toExpectedError,
} from './engine-failure.ts';
import { buildScratchPath, type ExportFormat, exportFile, removeExports } from './export-file.ts';
import { openFolderPlace } from './folder-place.ts';
import { KeptValues } from './kept-values.ts';
import type {
  Lake,
  LakeParameter,
  LakeReader,
  LakeRow,
  LakeSession,
  LakeSwap,
  LakeTable,
  LakeUpkeep,
  RelationOptions,
  StagedFile,
} from './lake.ts';
import { findUnknownFiles, markForRemoval, removeLeftovers } from './leftovers.ts';
import {
  findCurrentPartitions,
  findFilesById,
  findKeptFilesById,
  findKnownPaths,
  findManifestFiles,
  findNewestSequence,
  forgetFiles,
  forgetFilesById,
  keepFiles,
  swapFiles,
} from './manifest.ts';
import { Places } from './places.ts';
import { quoteLiteral } from './quote.ts';
import { Relations } from './relations.ts';
import { readAll, stageFile } from './stage-file.ts';
import { createUpkeep, Removals } from './upkeep.ts';

export interface LakeDeps {
  /** Folder of the Parquet files, or of their copies when they are in a bucket. */
  readonly root: string;
  /** Places that change while the lake is open, and all folders that they may use. Left out: `root`, or the bucket, for good. */
  readonly moving?: { readonly places: Places; readonly roots: readonly string[] };
  readonly bucket?: {
    /** The bucket; it ends after the lake. */
    readonly objects: Objects;
    /** Size of the copies below `root`, in bytes. */
    readonly cacheBytes: number;
  };
  /** Further folders that queries may read, for files on their way in. */
  readonly readable: readonly string[];
  readonly memory: string;
  readonly threads: number | null;
  /** Set where several servers share the files. */
  readonly shared?: {
    /** Folder of this server for temporary files. */
    readonly spill: string;
  };
  /** Reads the files of a bucket, in addition to the engine of this process. */
  readonly distributed?: DistributedEngine;
}

/** Folder, below the root, for temporary files. */
const SPILL = '.spill';

/** Makes the folders of the lake ready; its engine is opened by the first statement. */
export async function openLake(deps: LakeDeps): Promise<Lake> {
  const { root, bucket, moving, readable, memory, threads, shared, distributed } = deps;
  const spill = shared?.spill ?? join(root, SPILL);
  const openFixed = () => (bucket === undefined ? openFolderPlace(root) : openBucketPlace({ root, ...bucket }));
  const places = moving?.places ?? Places.fixed(await openFixed());
  await mkdir(spill, { recursive: true, mode: 0o700 });
  await removeExports(spill);
  const folders = [...(moving?.roots ?? [root]), ...readable, ...(shared === undefined ? [] : [spill])];
  const engine = new Engine({ folders, spill, memory, threads });
  return new DuckDbLake(engine, { places, spill, isShared: shared !== undefined, distributed });
}

const INTERRUPT_EVERY_MS = 100;

interface LakeParts {
  readonly places: Places;
  readonly spill: string;
  readonly isShared: boolean;
  readonly distributed: DistributedEngine | undefined;
}

class DuckDbLake implements Lake {
  readonly upkeep: LakeUpkeep;
  readonly engine: LakeReader;
  readonly #distributed: DistributedEngine | undefined;
  readonly #relations: Relations;
  readonly #engine: Engine;
  readonly #places: Places;
  readonly #spill: string;
  /** Other servers read and write the files too. */
  readonly #isShared: boolean;
  /** Paths of files that this server staged, and that no swap has named. */
  readonly #staged = new Set<string>();
  /** Work that reads files which must not be deleted yet. */
  readonly #holds = new Set<Promise<unknown>>();
  readonly #connections = new Set<DuckDBConnection>();
  readonly #stop = new AbortController();
  readonly #turns = createMutex();
  #interruptAt: NodeJS.Timeout | undefined;
  #interrupting: NodeJS.Timeout | undefined;
  readonly #removals: Removals;
  readonly #values = new KeptValues();

  constructor(engine: Engine, { places, spill, isShared, distributed }: LakeParts) {
    this.#engine = engine;
    this.#distributed = distributed;
    this.#relations = new Relations(places, { isNamed: distributed !== undefined });
    this.engine = distributed?.open({ names: this.#relations.names, local: this }) ?? this;
    this.#places = places;
    this.#spill = spill;
    this.#isShared = isShared;
    const forget = (file: Pick<StagedFile, 'place' | 'path'>) => {
      this.#relations.forget(file);
      places.forget(file);
    };
    this.#removals = new Removals(async (file) => {
      forget(file);
      this.#relations.noteRemoved(file);
      await this.#leaveToSweep(() => places.get(file.place).remove(file.path));
    });
    const readWhole = async (path: string) =>
      Number((await this.query(`SELECT count(hash(f)) AS rows FROM read_parquet(${quoteLiteral(path)}) f`))[0]?.rows);
    this.upkeep = createUpkeep({
      ...{ places, forget, readWhole, removals: this.#removals },
      replaced: async (sql, table) => distributed?.publishAgain(sql, table),
    });
  }

  async query(sql: string, parameters: readonly LakeParameter[] = []): Promise<LakeRow[]> {
    return this.session((session) => session.query(sql, parameters));
  }

  queryKept(sql: string): Promise<readonly Readonly<LakeRow>[]> {
    return this.derive('rows', [sql], () => this.query(sql));
  }

  async derive<T>(name: string, statements: readonly string[], compute: () => Promise<T>): Promise<T> {
    for (const sql of statements) {
      this.#relations.assertNotRemoved(sql);
      await this.#places.assertUsable(this.#relations.filesIn(sql));
    }
    return this.#values.use([name, ...statements], compute);
  }

  async *stream(sql: string, parameters: readonly LakeParameter[] = []): AsyncIterable<LakeRow[]> {
    const opened: StagedFile[] = [];
    await this.#openFiles(sql, opened);
    const connection = await this.#connect();
    try {
      const result = await connection.stream(this.#relations.write(sql), [...parameters]);
      for await (const rows of result.yieldRowObjectJson()) yield rows;
    } catch (error) {
      throw await this.#explain(error, sql);
    } finally {
      this.#disconnect(connection);
      await this.#places.release(opened);
    }
  }

  exported(select: string, format: ExportFormat): Promise<Readable> {
    return exportFile(this.#spill, select, format, (statement) => this.query(statement));
  }

  scratchPath(extension: string): string {
    return buildScratchPath(this.#spill, extension);
  }

  async session<T>(work: (session: LakeSession) => Promise<T>): Promise<T> {
    const connection = await this.#connect();
    const opened: StagedFile[] = [];
    const run = async <R>(sql: string, read: () => Promise<R>): Promise<R> => {
      this.#stop.signal.throwIfAborted();
      await this.#openFiles(sql, opened);
      try {
        return await read();
      } catch (error) {
        throw await this.#explain(error, sql);
      }
    };
    try {
      return await work({
        signal: this.#stop.signal,
        doubles: (select, rows) => run(select, () => readDoubles(connection, this.#relations.write(select), rows)),
        query: (sql, parameters = []) => run(sql, () => readAll(connection, this.#relations.write(sql), parameters)),
        inTurn: (heavy) => this.#inTurn(heavy),
        countFileRows: (sql) => this.#relations.filesIn(sql).reduce((sum, { rows }) => sum + rows, 0),
        scratchPath: (extension) => this.scratchPath(extension),
        stage: (table, partition, select, parameters = [], others) =>
          run(select, async () => {
            const withPositions = this.#distributed !== undefined;
            const deps = { connection, ...this.#places.current, withPositions };
            const content = { select: this.#relations.write(select), parameters, others };
            return this.#noteStaged(await stageFile(deps, table, partition, content));
          }),
      });
    } finally {
      this.#disconnect(connection);
      await this.#places.release(opened);
    }
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const release = await this.#turns.acquire();
    return work().finally(release);
  }

  async relation(sql: Sql, table: LakeTable, options: RelationOptions = {}): Promise<string> {
    const { rowIds = false, others = [] } = options;
    return this.#relations.build(table, await this.#opened(sql, findManifestFiles(sql, table.name, options)), {
      rowIds,
      others,
    });
  }

  stagedRelation(table: LakeTable, files: readonly StagedFile[], others: readonly string[] = []): string {
    return this.#relations.build(table, files, { rowIds: true, others });
  }

  files(sql: Sql, table: LakeTable): Promise<StagedFile[]> {
    return this.#opened(sql, findManifestFiles(sql, table.name));
  }

  filesById(sql: Sql, table: LakeTable, ids: readonly string[]): Promise<StagedFile[]> {
    return this.#opened(sql, findFilesById(sql, table.name, ids));
  }

  keptById(sql: Sql, table: LakeTable, ids: readonly string[]): Promise<StagedFile[]> {
    return this.#opened(sql, findKeptFilesById(sql, table.name, ids));
  }

  sequence(sql: Sql, table: LakeTable): Promise<number> {
    return findNewestSequence(sql, table.name);
  }

  keep(sql: Sql, table: LakeTable, files: readonly StagedFile[]): Promise<void> {
    for (const { path } of files) this.#staged.delete(path);
    return keepFiles(sql, table.name, files);
  }

  partitions(sql: Sql, table: LakeTable): Promise<string[]> {
    return findCurrentPartitions(sql, table.name);
  }

  async swap(sql: Sql, table: LakeTable, change: LakeSwap): Promise<void> {
    for (const { path } of change.add) this.#staged.delete(path);
    const sequence = await swapFiles(sql, table.name, change);
    if (this.#distributed === undefined) return;
    await this.#distributed.publish(sql, table, sequence, await findManifestFiles(sql, table.name));
  }

  forget(sql: Sql, table: LakeTable, sequence: number): Promise<StagedFile[]> {
    return this.#opened(sql, forgetFiles(sql, table.name, sequence));
  }

  async forgetById(sql: Sql, table: LakeTable, ids: readonly string[]): Promise<StagedFile[]> {
    const forgotten = await this.#opened(sql, forgetFilesById(sql, table.name, ids));
    if (forgotten.length > 0) await this.#distributed?.publishAgain(sql, table.name);
    return forgotten;
  }

  async removeForgotten(files: readonly StagedFile[]): Promise<void> {
    if (files.length === 0) return;
    await Promise.all(this.#holds);
    await this.discard(files);
  }

  hold<T>(work: () => Promise<T>): Promise<T> {
    const held = work();
    const ended = held.catch(() => undefined).finally(() => this.#holds.delete(ended));
    this.#holds.add(ended);
    return held;
  }

  async removeSuperseded(store: Store, table: LakeTable): Promise<StagedFile[]> {
    const superseded = await store.transaction(async (sql) =>
      this.forget(sql, table, await findNewestSequence(sql, table.name)),
    );
    // A crash before they are deleted leaves files that no manifest names: the next start removes them.
    await this.removeForgotten(superseded);
    return superseded;
  }

  interrupt(afterMs = 0): void {
    if (afterMs === 0) this.#interruptNow();
    else this.#interruptAt ??= setTimeout(() => this.#interruptNow(), afterMs);
  }

  #interruptNow(): void {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort(createStoppingError());
    const interruptAll = () => {
      for (const connection of this.#connections) connection.interrupt();
    };
    interruptAll();
    // A statement that was about to begin does not see an interruption from before.
    this.#interrupting = setInterval(interruptAll, INTERRUPT_EVERY_MS);
  }

  async discard(files: readonly StagedFile[]): Promise<void> {
    if (!this.#isShared) return this.#removals.remove(files);
    // Only of a file that no swap has named it is known that no other server reads it.
    const own = files.filter(({ path }) => this.#staged.delete(path));
    await this.#removals.remove(own);
    const others = files.filter((file) => !own.includes(file));
    await this.#leaveToSweep(() => markForRemoval((id) => this.#places.get(id), others));
  }

  /**
   * Work on files that no manifest names. A request whose change is stored must not fail because a bucket refuses or does not answer:
   * `removeOrphans`, or the work that empties the former place of a move, finds these files, and reports the failure when it lasts.
   */
  async #leaveToSweep(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!isBucketFailure(error)) throw error;
    }
  }

  async removeOrphans(sql: Sql, now = Date.now()): Promise<number> {
    const { place } = this.#places.current;
    await this.#leaveToSweep(async () => this.#distributed?.sweep(now));
    if (this.#isShared) return removeLeftovers(place, () => findKnownPaths(sql), now);
    const orphans = await findUnknownFiles(place, () => findKnownPaths(sql));
    await Promise.all(orphans.map(({ path }) => place.remove(path)));
    return orphans.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#interruptAt);
    clearInterval(this.#interrupting);
    await this.#places[Symbol.asyncDispose]();
    await this.#engine.close();
  }

  async #connect(): Promise<DuckDBConnection> {
    this.#stop.signal.throwIfAborted();
    const connection = await this.#engine.connect();
    this.#connections.add(connection);
    return connection;
  }

  #disconnect(connection: DuckDBConnection): void {
    this.#connections.delete(connection);
    connection.closeSync();
  }

  /** Opens the files that a statement reads, except those in `opened`, which gets them. Error: `lake_file_damaged`. */
  async #openFiles(sql: string, opened: StagedFile[]): Promise<void> {
    this.#relations.assertNotRemoved(sql);
    const paths = new Set(opened.map((file) => this.#places.pathOf(file)));
    const files = this.#relations.filesIn(sql).filter((file) => !paths.has(this.#places.pathOf(file)));
    await this.#places.open(files);
    opened.push(...files);
  }

  /** The engine does not always name the file that it failed on, so the files of the statement are read. */
  async #explain(error: unknown, sql: string): Promise<unknown> {
    const isInterrupted = error instanceof Error && error.message.startsWith('INTERRUPT');
    if (isInterrupted && this.#stop.signal.aborted) return createStoppingError();
    const expected = toExpectedError(error);
    if (expected instanceof AppError || !mayBeDamage(error)) return expected;
    if (this.#relations.hasRemoved(sql)) return createRemovedError();
    return (await this.#places.explainFailure(this.#relations.filesIn(sql), error)) ?? expected;
  }

  async #opened(sql: Sql, reading: Promise<StagedFile[]>): Promise<StagedFile[]> {
    const files = await reading;
    await this.#places.ensure(sql, files);
    return files;
  }

  #noteStaged(file: StagedFile): StagedFile {
    if (this.#isShared) this.#staged.add(file.path);
    return file;
  }
}
