import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { quoteLiteral } from './quote.ts';

export interface EngineOptions {
  /** Folders that SQL may read and write. */
  readonly folders: readonly string[];
  /** Folder for data that does not fit into memory. */
  readonly spill: string;
  readonly memory: string;
  readonly threads: number | null;
}

/** DuckDB, opened lazily by the first connection: most commands do not need it, and loading and opening take 0.12 s of CPU time. */
export class Engine {
  readonly #options: EngineOptions;
  #opening: Promise<DuckDBInstance> | null = null;
  #isClosed = false;

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  /** If opening fails, each waiting caller gets the error; the next call retries. */
  async connect(): Promise<DuckDBConnection> {
    if (this.#isClosed) throw new Error('the lake is closed');
    this.#opening ??= openInstance(this.#options).catch((error: unknown) => {
      this.#opening = null;
      throw error;
    });
    return (await this.#opening).connect();
  }

  /** Waits for an open in progress. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const [opened] = await Promise.allSettled([this.#opening]);
    if (opened.status === 'fulfilled') opened.value?.closeSync();
  }
}

/** Sandboxed to its folders: no extensions, no other path of the machine is reachable from SQL. */
async function openInstance({ folders, spill, memory, threads }: EngineOptions): Promise<DuckDBInstance> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: memory,
    temp_directory: spill,
    // The engine would keep all that it read of Parquet files, up to the memory limit. The operating system has them in memory too.
    enable_external_file_cache: 'false',
    ...(threads === null ? {} : { threads: String(threads) }),
  });
  try {
    const connection = await instance.connect();
    await connection.run("SET GLOBAL TimeZone = 'UTC'");
    await connection.run('SET autoinstall_known_extensions = false');
    await connection.run(
      `SET allowed_directories = [${folders.map((folder) => quoteLiteral(`${folder}/`)).join(', ')}]`,
    );
    await connection.run('SET enable_external_access = false');
    await connection.run('SET lock_configuration = true');
    connection.closeSync();
    return instance;
  } catch (error) {
    instance.closeSync();
    throw error;
  }
}
