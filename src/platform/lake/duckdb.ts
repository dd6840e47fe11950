import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { AppError } from '../errors/index.ts';
import type { Sql, Store } from '../store/index.ts';
import { readDoubles } from './doubles.ts';
import { asExpected } from './engine-failure.ts';
import { type ExportFormat, exportFile, removeExports } from './export-file.ts';
import type { Lake, LakeParameter, LakeRow, LakeSession, LakeTable, RelationOptions, StagedFile } from './lake.ts';
import {
  currentPartitions,
  filesById,
  forgetFiles,
  keepFiles,
  knownPaths,
  manifestFiles,
  newestSequence,
  swapFiles,
} from './manifest.ts';
import { parquetOptions } from './parquet-options.ts';
import { literal } from './quote.ts';
import { OTHER_PREFIX, type ScanOptions, scanRelation } from './scan.ts';

export interface LakeDeps {
  /** Folder of the Parquet files. */
  readonly root: string;
  /** Further folders that queries may read, for files on their way in. */
  readonly readable: readonly string[];
  readonly memory: string;
  readonly threads: number | null;
}

/** Folder, below the root, of what is on the disk for a moment only. */
const SPILL = '.spill';

/** Opens DuckDB, confined to its folders: no extension is loaded, nothing else on the machine is reachable from SQL. */
export async function openLake(deps: LakeDeps): Promise<Lake> {
  const spill = join(deps.root, SPILL);
  await mkdir(spill, { recursive: true, mode: 0o700 });
  await removeExports(spill);
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: deps.memory,
    temp_directory: spill,
    ...(deps.threads === null ? {} : { threads: String(deps.threads) }),
  });
  const lake = new DuckDbLake(instance, deps.root);
  const folders = [deps.root, ...deps.readable].map((folder) => literal(`${folder}/`)).join(', ');
  await lake.query("SET GLOBAL TimeZone = 'UTC'");
  await lake.query('SET autoinstall_known_extensions = false');
  await lake.query(`SET allowed_directories = [${folders}]`);
  await lake.query('SET enable_external_access = false');
  await lake.query('SET lock_configuration = true');
  return lake;
}

const INTERRUPT_EVERY_MS = 100;

function stopping(): AppError {
  return new AppError('server_stopping', 'The server stops. Ask again when it has started.');
}

class DuckDbLake implements Lake {
  readonly #instance: DuckDBInstance;
  readonly #root: string;
  /** Work that reads files which must not be deleted yet. */
  readonly #holds = new Set<Promise<unknown>>();
  readonly #connections = new Set<DuckDBConnection>();
  readonly #stop = new AbortController();
  #interruptAt: NodeJS.Timeout | undefined;
  #interrupting: NodeJS.Timeout | undefined;

  constructor(instance: DuckDBInstance, root: string) {
    this.#instance = instance;
    this.#root = root;
  }

  async query(sql: string, parameters: readonly LakeParameter[] = []): Promise<LakeRow[]> {
    return this.session((session) => session.query(sql, parameters));
  }

  async *stream(sql: string, parameters: readonly LakeParameter[] = []): AsyncIterable<LakeRow[]> {
    const connection = await this.#connect();
    try {
      const result = await connection.stream(sql, [...parameters]);
      for await (const rows of result.yieldRowObjectJson()) yield rows;
    } catch (error) {
      throw this.#asExpected(error);
    } finally {
      this.#disconnect(connection);
    }
  }

  exported(select: string, format: ExportFormat): Promise<Readable> {
    return exportFile(join(this.#root, SPILL), select, format, (statement) => this.query(statement));
  }

  async session<T>(work: (session: LakeSession) => Promise<T>): Promise<T> {
    const connection = await this.#connect();
    try {
      return await work({
        signal: this.#stop.signal,
        doubles: (select, rows) => this.#running(() => readDoubles(connection, select, rows)),
        query: (sql, parameters = []) => this.#running(() => readAll(connection, sql, parameters)),
        stage: (table, partition, select, parameters = []) =>
          this.#running(() => this.#stage(connection, table, partition, select, parameters)),
      });
    } finally {
      this.#disconnect(connection);
    }
  }

  async relation(sql: Sql, table: LakeTable, options: RelationOptions = {}): Promise<string> {
    const { rowIds = false, others = [] } = options;
    return this.#scan(table, await manifestFiles(sql, table.name, options), { rowIds, others });
  }

  stagedRelation(table: LakeTable, files: readonly StagedFile[], others: readonly string[] = []): string {
    return this.#scan(table, files, { rowIds: true, others });
  }

  files(sql: Sql, table: LakeTable): Promise<StagedFile[]> {
    return manifestFiles(sql, table.name);
  }

  filesById(sql: Sql, table: LakeTable, ids: readonly string[]): Promise<StagedFile[]> {
    return filesById(sql, table.name, ids);
  }

  sequence(sql: Sql, table: LakeTable): Promise<number> {
    return newestSequence(sql, table.name);
  }

  keep(sql: Sql, table: LakeTable, files: readonly StagedFile[]): Promise<void> {
    return keepFiles(sql, table.name, files);
  }

  partitions(sql: Sql, table: LakeTable): Promise<string[]> {
    return currentPartitions(sql, table.name);
  }

  swap(sql: Sql, table: LakeTable, change: { remove: readonly string[]; add: readonly StagedFile[] }): Promise<void> {
    return swapFiles(sql, table.name, change);
  }

  forget(sql: Sql, table: LakeTable, sequence: number): Promise<StagedFile[]> {
    return forgetFiles(sql, table.name, sequence);
  }

  hold<T>(work: () => Promise<T>): Promise<T> {
    const held = work();
    const ended = held.catch(() => undefined).finally(() => this.#holds.delete(ended));
    this.#holds.add(ended);
    return held;
  }

  async removeSuperseded(store: Store, table: LakeTable): Promise<StagedFile[]> {
    const superseded = await store.transaction(async (sql) =>
      forgetFiles(sql, table.name, await newestSequence(sql, table.name)),
    );
    // A crash before they are deleted leaves files that no manifest names: the next start removes them.
    if (superseded.length > 0) await Promise.all(this.#holds);
    await this.discard(superseded);
    return superseded;
  }

  interrupt(afterMs = 0): void {
    if (afterMs === 0) this.#interruptNow();
    else this.#interruptAt ??= setTimeout(() => this.#interruptNow(), afterMs);
  }

  #interruptNow(): void {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort(stopping());
    const interruptAll = () => {
      for (const connection of this.#connections) connection.interrupt();
    };
    interruptAll();
    // A statement that was about to begin does not see an interruption from before.
    this.#interrupting = setInterval(interruptAll, INTERRUPT_EVERY_MS);
  }

  async discard(files: readonly StagedFile[]): Promise<void> {
    await Promise.all(files.map((file) => rm(join(this.#root, file.path), { force: true })));
  }

  async removeOrphans(sql: Sql): Promise<number> {
    const known = await knownPaths(sql);
    const entries = await readdir(this.#root, { recursive: true });
    const orphans = entries.filter((path) => path.endsWith('.parquet') && !known.has(path));
    await Promise.all(orphans.map((path) => rm(join(this.#root, path), { force: true })));
    return orphans.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#interruptAt);
    clearInterval(this.#interrupting);
    this.#instance.closeSync();
  }

  async #connect(): Promise<DuckDBConnection> {
    this.#stop.signal.throwIfAborted();
    const connection = await this.#instance.connect();
    this.#connections.add(connection);
    return connection;
  }

  #disconnect(connection: DuckDBConnection): void {
    this.#connections.delete(connection);
    connection.closeSync();
  }

  async #running<T>(statement: () => Promise<T>): Promise<T> {
    this.#stop.signal.throwIfAborted();
    try {
      return await statement();
    } catch (error) {
      throw this.#asExpected(error);
    }
  }

  #asExpected(error: unknown): unknown {
    const isInterrupted = error instanceof Error && error.message.startsWith('INTERRUPT');
    return isInterrupted && this.#stop.signal.aborted ? stopping() : error;
  }

  #scan(table: LakeTable, files: readonly StagedFile[], options: ScanOptions): string {
    const placed = files.map((file) => ({ path: join(this.#root, file.path), others: file.others }));
    return scanRelation(table, placed, options);
  }

  async #stage(
    connection: DuckDBConnection,
    table: LakeTable,
    partition: string,
    select: string,
    parameters: readonly LakeParameter[],
  ): Promise<StagedFile> {
    const id = randomUUID();
    const path = join(table.name, `${id}.parquet`);
    const target = join(this.#root, path);
    await mkdir(join(this.#root, table.name), { recursive: true, mode: 0o700 });
    try {
      const others = table.others === undefined ? [] : await otherColumns(connection, select, parameters);
      const options = parquetOptions(Object.keys(table.columns).length + others.length);
      const copy = `COPY (${select}) TO ${literal(target)} (${options})`;
      const [counted] = await readAll(connection, copy, parameters);
      const sizeBytes = await syncFile(target);
      return { id, table: table.name, partition, path, rows: Number(counted?.Count ?? 0), sizeBytes, others };
    } catch (error) {
      await rm(target, { force: true });
      throw error;
    }
  }
}

async function otherColumns(
  connection: DuckDBConnection,
  select: string,
  parameters: readonly LakeParameter[],
): Promise<string[]> {
  const described = await readAll(connection, `DESCRIBE ${select}`, parameters);
  return described.map((row) => String(row.column_name)).filter((name) => name.startsWith(OTHER_PREFIX));
}

async function readAll(
  connection: DuckDBConnection,
  sql: string,
  parameters: readonly LakeParameter[],
): Promise<LakeRow[]> {
  try {
    const reader = await connection.runAndReadAll(sql, [...parameters]);
    return reader.getRowObjectsJson();
  } catch (error) {
    throw asExpected(error);
  }
}

/** A manifest may only name what the disk already holds. */
async function syncFile(path: string): Promise<number> {
  await using file = await open(path, 'r');
  await file.sync();
  return (await stat(path)).size;
}
