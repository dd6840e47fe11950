import { Kysely, PostgresDialect } from 'kysely';
import { Migrator } from 'kysely/migration';
import { Pool, type PoolClient, types } from 'pg';
import { AppError } from '../errors/index.ts';
import { isConnectionLoss } from './connection-loss.ts';
import { createExclusive, lockOnPostgres } from './exclusive.ts';
import { createSilence, probePostgres, type Silence } from './silence.ts';
import type { Migrations, Store, StoreEngine } from './sql.ts';
import { buildSqlitePath, openSqlite } from './sqlite.ts';
import { checkSqlite, copySqliteSnapshot } from './sqlite-upkeep.ts';
import { runAppend, runReads, runTransaction } from './transaction.ts';
import { createTurns } from './turns.ts';

const INT8 = 20;
const NUMERIC = 1700;

/**
 * Counts stay below 2^53, so they are numbers here as they are in SQLite; a larger one is refused rather than rounded.
 * A sum of integers comes as NUMERIC. Nothing else may: money is decimal text and is never added up by the store.
 */
function parseInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} does not fit a safe integer`);
  return value;
}

type Parsers = typeof types.getTypeParser;

/** PostgreSQL that accepts connections and does not respond is treated as unreachable after this time. */
const ANSWER_WITHIN_MS = 20_000;
const CONNECT_WITHIN_MS = 15_000;

/** `answerWithinMs` null: statements may take any time, as those of migrations do. */
function openPostgres(
  address: string,
  answerWithinMs: number | null = ANSWER_WITHIN_MS,
): { engine: 'postgres'; database: Kysely<unknown> } {
  const pool = new Pool({
    connectionString: address,
    max: 10,
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    keepAlive: true,
    types: {
      getTypeParser: ((id: number, format?: 'text' | 'binary') =>
        id === INT8 || id === NUMERIC ? parseInteger : types.getTypeParser(id, format)) as Parsers,
    },
  });
  // A connection that breaks, idle or between two statements of a transaction, is replaced or fails its next statement;
  // without a listener it would end the process.
  pool.on('error', () => undefined);
  const silence = createSilence(() => probePostgres(address));
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
    askInTurn(client, answerWithinMs, silence);
  });
  const connect = async () => {
    const began = performance.now();
    try {
      return await silence.guard(
        () => pool.connect(),
        (late) => late.release(),
      );
    } catch (cause) {
      if (performance.now() - began >= CONNECT_WITHIN_MS) silence.suspect();
      throwUnreachable(cause);
    }
  };
  const end = () => {
    silence[Symbol.dispose]();
    return pool.end();
  };
  const dialect = new PostgresDialect({ pool: { options: pool.options, end, connect } });
  return { engine: 'postgres', database: new Kysely({ dialect }) };
}

/**
 * Statements of a transaction may be sent together; a connection takes the next when the last is answered. Error: `store_unreachable`, for a
 * connection that breaks, or is ended because the answer took too long.
 */
function askInTurn(client: PoolClient, answerWithinMs: number | null, silence: Silence): void {
  const send: (...question: unknown[]) => unknown = client.query.bind(client);
  const ask = async (...question: unknown[]) => {
    const giveUp = () => {
      silence.suspect();
      // A connection that ends fails its statement.
      void client.end();
    };
    const end = answerWithinMs === null ? undefined : setTimeout(giveUp, answerWithinMs);
    try {
      return await send(...question);
    } finally {
      clearTimeout(end);
    }
  };
  let last: Promise<unknown> = Promise.resolve();
  client.query = ((...question: unknown[]) => {
    const answered = last.then(() => ask(...question)).catch(throwBroken);
    last = answered.catch(() => undefined);
    return answered;
  }) as typeof client.query;
}

function throwBroken(cause: unknown): never {
  if (!isConnectionLoss(cause)) throw cause;
  const why = cause instanceof Error ? cause.message : String(cause);
  const detail = `The connection to PostgreSQL broke: ${why}. It is unknown whether the last change was stored. Retry.`;
  throw new AppError('store_unreachable', detail, {}, { cause });
}

function throwUnreachable(cause: unknown): never {
  if (cause instanceof AppError) throw cause;
  const why = cause instanceof Error ? cause.message : String(cause);
  throw new AppError(
    'store_unreachable',
    `PostgreSQL refuses the connection: ${why}. Retry when it accepts connections again.`,
    {},
    { cause },
  );
}

/** Opens the store that the configuration names. Errors: `store_unreachable`, `data_folder_unusable`. */
export async function openStore(config: { readonly database: string; readonly folder: string }): Promise<Store> {
  const { engine, database } = openEngine(config);
  const on = { engine, database, turns: createTurns() };
  const isPostgres = engine === 'postgres';
  const exclusive = createExclusive(
    isPostgres ? lockOnPostgres(config.database, CONNECT_WITHIN_MS, throwUnreachable) : null,
  );
  const store: Store = {
    engine,
    tables: <Tables>() => database as unknown as Kysely<Tables>,
    afterCommit: (work) => work(),
    readConsistently: (work) => runReads(on, work),
    isSnapshot: false,
    transaction: (work) => runTransaction(on, work),
    append: (work) => runAppend(on, work),
    exclusively: (name, work) => exclusive.run(name, work),
    migrate: (migrations) => migrate(config.database, database, migrations),
    check: async () => (engine === 'sqlite' ? checkSqlite(buildSqlitePath(config.folder)) : []),
    async snapshot(target) {
      if (engine === 'sqlite') return copySqliteSnapshot(buildSqlitePath(config.folder), target);
      const detail =
        'This command does not back up a PostgreSQL store. Stop every server, run pg_dump --format=custom for the database, copy the data folder (lake, objects, journals, servers), and start again. To restore: pg_restore into a new database, put the copied folder in place, start the server with both, and run steelyard verify.';
      throw new AppError('backup_store_unsupported', detail);
    },
    async [Symbol.asyncDispose]() {
      await exclusive[Symbol.asyncDispose]();
      await database.destroy();
    },
  };
  await probe(store, config.database);
  return store;
}

function openEngine(config: Parameters<typeof openStore>[0]): { engine: StoreEngine; database: Kysely<unknown> } {
  try {
    return config.database === 'sqlite' ? openSqlite(config.folder) : openPostgres(config.database);
  } catch (error) {
    throw createCannotOpen(config.database, error);
  }
}

async function probe(store: Store, database: string): Promise<void> {
  try {
    await store
      .tables<Record<string, never>>()
      .selectNoFrom((eb) => eb.lit(1).as('one'))
      .execute();
  } catch (error) {
    // Closing may fail too after a failed open; the first error is thrown.
    await Promise.allSettled([store[Symbol.asyncDispose]()]);
    throw createCannotOpen(database, error);
  }
}

function createCannotOpen(database: string, cause: unknown): AppError {
  const why = cause instanceof Error ? cause.message : String(cause);
  if (database === 'sqlite') {
    return new AppError(
      'data_folder_unusable',
      `The store in the data folder cannot be opened: ${why}.`,
      {},
      { cause },
    );
  }
  const refusal = findRefusal(cause);
  const detail =
    refusal === null
      ? `The store at ${redactAddress(database)} does not respond: ${why.replace(/\.$/, '')}.`
      : `The store at ${redactAddress(database)} refuses the connection: ${refusal}. Correct the address in the setting "database".`;
  return new AppError('store_unreachable', detail, {}, { cause });
}

/** Answers of PostgreSQL that no retry changes, by their SQLSTATE. */
const REFUSALS: ReadonlyMap<unknown, string> = new Map([
  ['28P01', 'the password is wrong'],
  ['28000', 'the user does not exist or is not permitted to connect'],
  ['3D000', 'the database does not exist'],
]);

function findRefusal(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  return REFUSALS.get(Reflect.get(error, 'code')) ?? findRefusal(error.cause);
}

/** A password may hold an `@` or a `/` that is not percent-encoded, or be a parameter. */
function redactAddress(address: string): string {
  return address.replace(/\/\/.*@/, '//[redacted]@').replace(/([?&]\w*password=)[^&]*/gi, '$1[redacted]');
}

/** On PostgreSQL with separate connections: the statement of a migration may take minutes. */
async function migrate(address: string, database: Kysely<unknown>, migrations: Migrations): Promise<void> {
  if (address === 'sqlite') return runMigrations(database, migrations);
  const own = openPostgres(address, null).database;
  try {
    await runMigrations(own, migrations);
  } finally {
    await own.destroy();
  }
}

/** Features number their own steps, so a later release may bring a name that sorts before an applied one. */
async function runMigrations(database: Kysely<unknown>, migrations: Migrations): Promise<void> {
  const migrator = new Migrator({
    db: database,
    provider: { getMigrations: async () => ({ ...migrations }) },
    migrationTableName: 'steelyard_migration',
    migrationLockTableName: 'steelyard_migration_lock',
    allowUnorderedMigrations: true,
  });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return;
  if (error instanceof Error && error.message.includes('previously executed migration')) {
    throw new AppError(
      'data_folder_newer',
      'This store was written by a newer Steelyard. Start that version, or restore a backup made before the upgrade.',
      {},
      { cause: error },
    );
  }
  throw error;
}
