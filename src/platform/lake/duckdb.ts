import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { DuckDBConnection } from '@duckdb/node-api';
import { createMutex } from '../concurrency/index.ts';
import { createDigester, type Digester, readFileStamp } from '../digests/index.ts';
import { AppError } from '../errors/index.ts';
import type { Sql, Store } from '../store/index.ts';
import { readDoubles } from './doubles.ts';
import { Engine } from './engine.ts';
import { createRemovedError, createStoppingError, mayBeDamage, toExpectedError } from './engine-failure.ts';
import { buildScratchPath, type ExportFormat, exportFile, removeExports } from './export-file.ts';
import { FileChecks } from './file-checks.ts';
import { KeptValues } from './kept-values.ts';
import type {
  Lake,
  LakeParameter,
  LakeRow,
  LakeSession,
  LakeTable,
  LakeUpkeep,
  RelationOptions,
  StagedFile,
} from './lake.ts';
import { markForRemoval, removeLeftovers } from './leftovers.ts';
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
import { buildParquetOptions } from './parquet-options.ts';
import { quoteLiteral } from './quote.ts';
import { type ScanOptions, scanRelation } from './scan.ts';
import { findOtherColumns, type RowsToStage, readAll, syncFile } from './stage-file.ts';
import { createUpkeep, Removals } from './upkeep.ts';

export interface LakeDeps {
  /** Folder of the Parquet files. */
  readonly root: string;
  /** Further folders that queries may read, for files on their way in. */
  readonly readable: readonly string[];
  readonly memory: string;
  readonly threads: number | null;
  /** Set where several servers share the files. */
  readonly shared?: {
    /** Folder of this server for temporary files. */
    readonly spill: string;
  };
}

/** Folder, below the root, for temporary files. */
const SPILL = '.spill';

/** Makes the folders of the lake ready; its engine is opened by the first statement. */
export async function openLake(deps: LakeDeps): Promise<Lake> {
  const { root, readable, memory, threads, shared } = deps;
  const spill = shared?.spill ?? join(root, SPILL);
  await mkdir(root, { recursive: true, mode: 0o700 });
  await mkdir(spill, { recursive: true, mode: 0o700 });
  await removeExports(spill);
  const folders = [root, ...readable, ...(shared === undefined ? [] : [spill])];
  const engine = new Engine({ folders, spill, memory, threads });
  return new DuckDbLake(engine, { root, spill, isShared: shared !== undefined });
}

const INTERRUPT_EVERY_MS = 100;

/** Paths of lake files in a statement, each once. */
function findPaths(sql: string): string[] {
  return [...new Set(sql.match(/[\w-]+\/[0-9a-f-]{36}\.parquet/g) ?? [])];
}

/** Paths of removed files that are remembered for statements in flight. */
const REMOVED_NOTED = 10_000;

class DuckDbLake implements Lake {
  readonly upkeep: LakeUpkeep;
  readonly #engine: Engine;
  readonly #root: string;
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
  readonly #digester: Digester = createDigester();
  readonly #checks: FileChecks;
  readonly #removals: Removals;
  /** Paths of files that were removed last: a statement may still name one. */
  readonly #removed = new Set<string>();
  readonly #values = new KeptValues();
  /** Files used in relations, by path, with their manifest entry. */
  readonly #scanned = new Map<string, StagedFile>();

  constructor(engine: Engine, { root, spill, isShared }: { root: string; spill: string; isShared: boolean }) {
    this.#engine = engine;
    this.#root = root;
    this.#spill = spill;
    this.#isShared = isShared;
    const checks = new FileChecks(root, this.#digester);
    this.#checks = checks;
    const forget = (path: string) => {
      this.#scanned.delete(path);
      checks.forget(path);
    };
    this.#removals = new Removals(async (path) => {
      forget(path);
      this.#noteRemoved(path);
      await rm(join(root, path), { force: true });
    });
    const readWhole = async (path: string) =>
      Number((await this.query(`SELECT count(hash(f)) AS rows FROM read_parquet(${quoteLiteral(path)}) f`))[0]?.rows);
    this.upkeep = createUpkeep({ root, digester: this.#digester, forget, readWhole, removals: this.#removals });
  }

  async query(sql: string, parameters: readonly LakeParameter[] = []): Promise<LakeRow[]> {
    return this.session((session) => session.query(sql, parameters));
  }

  queryKept(sql: string): Promise<readonly Readonly<LakeRow>[]> {
    return this.derive('rows', [sql], () => this.query(sql));
  }

  async derive<T>(name: string, statements: readonly string[], compute: () => Promise<T>): Promise<T> {
    const checked = new Set<string>();
    for (const sql of statements) await this.#assertIntact(sql, checked);
    return this.#values.use([name, ...statements], compute);
  }

  async *stream(sql: string, parameters: readonly LakeParameter[] = []): AsyncIterable<LakeRow[]> {
    await this.#assertIntact(sql, new Set());
    const connection = await this.#connect();
    try {
      const result = await connection.stream(sql, [...parameters]);
      for await (const rows of result.yieldRowObjectJson()) yield rows;
    } catch (error) {
      throw await this.#explain(error, sql);
    } finally {
      this.#disconnect(connection);
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
    const checked = new Set<string>();
    const run = async <R>(sql: string, read: () => Promise<R>): Promise<R> => {
      this.#stop.signal.throwIfAborted();
      await this.#assertIntact(sql, checked);
      try {
        return await read();
      } catch (error) {
        throw await this.#explain(error, sql);
      }
    };
    try {
      return await work({
        signal: this.#stop.signal,
        doubles: (select, rows) => run(select, () => readDoubles(connection, select, rows)),
        query: (sql, parameters = []) => run(sql, () => readAll(connection, sql, parameters)),
        inTurn: (heavy) => this.#inTurn(heavy),
        countFileRows: (sql) => this.#filesIn(sql).reduce((sum, { rows }) => sum + rows, 0),
        scratchPath: (extension) => this.scratchPath(extension),
        stage: (table, partition, select, parameters = [], others) =>
          run(select, () => this.#stage(connection, table, partition, { select, parameters, others })),
      });
    } finally {
      this.#disconnect(connection);
    }
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const release = await this.#turns.acquire();
    return work().finally(release);
  }

  async relation(sql: Sql, table: LakeTable, options: RelationOptions = {}): Promise<string> {
    const { rowIds = false, others = [] } = options;
    return this.#scan(table, await findManifestFiles(sql, table.name, options), { rowIds, others });
  }

  stagedRelation(table: LakeTable, files: readonly StagedFile[], others: readonly string[] = []): string {
    return this.#scan(table, files, { rowIds: true, others });
  }

  files(sql: Sql, table: LakeTable): Promise<StagedFile[]> {
    return findManifestFiles(sql, table.name);
  }

  filesById(sql: Sql, table: LakeTable, ids: readonly string[]): Promise<StagedFile[]> {
    return findFilesById(sql, table.name, ids);
  }

  keptById(sql: Sql, table: LakeTable, ids: readonly string[]): Promise<StagedFile[]> {
    return findKeptFilesById(sql, table.name, ids);
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

  swap(sql: Sql, table: LakeTable, change: { remove: readonly string[]; add: readonly StagedFile[] }): Promise<void> {
    for (const { path } of change.add) this.#staged.delete(path);
    return swapFiles(sql, table.name, change);
  }

  forget(sql: Sql, table: LakeTable, sequence: number): Promise<StagedFile[]> {
    return forgetFiles(sql, table.name, sequence);
  }

  forgetById(sql: Sql, table: LakeTable, ids: readonly string[]): Promise<StagedFile[]> {
    return forgetFilesById(sql, table.name, ids);
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
      forgetFiles(sql, table.name, await findNewestSequence(sql, table.name)),
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
    const paths = files.map(({ path }) => path);
    if (!this.#isShared) return this.#removals.remove(paths);
    // Only of a file that no swap has named it is known that no other server reads it.
    const own = paths.filter((path) => this.#staged.delete(path));
    await this.#removals.remove(own);
    const others = paths.filter((path) => !own.includes(path));
    await markForRemoval(this.#root, others);
  }

  async removeOrphans(sql: Sql): Promise<number> {
    if (this.#isShared) return removeLeftovers(this.#root, () => findKnownPaths(sql), Date.now());
    const orphans = await this.upkeep.unknownFiles(sql);
    await Promise.all(orphans.map((path) => rm(join(this.#root, path), { force: true })));
    return orphans.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#interruptAt);
    clearInterval(this.#interrupting);
    await this.#digester[Symbol.asyncDispose]();
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

  /** Checks the files that a statement reads, except those in `checked`, which gets them. Error: `lake_file_damaged`. */
  async #assertIntact(sql: string, checked: Set<string>): Promise<void> {
    this.#assertNotRemoved(sql);
    const files = this.#filesIn(sql).filter(({ path }) => !checked.has(path));
    await this.#checks.assertIntact(files);
    for (const { path } of files) checked.add(path);
  }

  /** The engine does not always name the file that it failed on, so the files of the statement are read. */
  async #explain(error: unknown, sql: string): Promise<unknown> {
    const isInterrupted = error instanceof Error && error.message.startsWith('INTERRUPT');
    if (isInterrupted && this.#stop.signal.aborted) return createStoppingError();
    const expected = toExpectedError(error);
    if (expected instanceof AppError || !mayBeDamage(error)) return expected;
    if (this.#removedIn(sql).length > 0) return createRemovedError();
    return (await this.#checks.explainFailure(this.#filesIn(sql), error)) ?? expected;
  }

  #filesIn(sql: string): StagedFile[] {
    return findPaths(sql).flatMap((path) => this.#scanned.get(path) ?? []);
  }

  #removedIn(sql: string): string[] {
    return this.#removed.size === 0 ? [] : findPaths(sql).filter((path) => this.#removed.has(path));
  }

  /** Error: `lake_file_removed`. */
  #assertNotRemoved(sql: string): void {
    if (this.#removedIn(sql).length > 0) throw createRemovedError();
  }

  /** A set keeps the order of insertion, so the oldest note goes first. */
  #noteRemoved(path: string): void {
    this.#removed.add(path);
    if (this.#removed.size <= REMOVED_NOTED) return;
    for (const oldest of this.#removed) {
      this.#removed.delete(oldest);
      return;
    }
  }

  #scan(table: LakeTable, files: readonly StagedFile[], options: ScanOptions): string {
    for (const file of files) this.#scanned.set(file.path, file);
    const placed = files.map((file) => ({ path: join(this.#root, file.path), others: file.others }));
    return scanRelation(table, placed, options);
  }

  async #stage(
    connection: DuckDBConnection,
    table: LakeTable,
    partition: string,
    content: RowsToStage,
  ): Promise<StagedFile> {
    const { select, parameters } = content;
    const id = randomUUID();
    const path = join(table.name, `${id}.parquet`);
    const target = join(this.#root, path);
    await mkdir(join(this.#root, table.name), { recursive: true, mode: 0o700 });
    try {
      const others =
        table.others === undefined ? [] : (content.others ?? (await findOtherColumns(connection, content)));
      const options = buildParquetOptions(Object.keys(table.columns).length + others.length);
      const copy = `COPY (${select}) TO ${quoteLiteral(target)} (${options})`;
      const [counted] = await readAll(connection, copy, parameters);
      await syncFile(target);
      const stamp = (await readFileStamp(target))?.stamp ?? null;
      const { sizeBytes, sha256 } = await this.#digester.digest(target);
      const rows = Number(counted?.Count ?? 0);
      if (this.#isShared) this.#staged.add(path);
      return { id, table: table.name, partition, path, rows, sizeBytes, sha256, stamp, damage: null, others };
    } catch (error) {
      await rm(target, { force: true });
      throw error;
    }
  }
}
