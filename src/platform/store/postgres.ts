import { Kysely, PostgresDialect } from 'kysely';
import { Pool, type PoolClient, types } from 'pg';
import { AppError } from '../errors/index.ts';

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

export function openPostgres(address: string): { engine: 'postgres'; database: Kysely<unknown> } {
  const pool = new Pool({
    connectionString: address,
    max: 10,
    types: {
      getTypeParser: ((id: number, format?: 'text' | 'binary') =>
        id === INT8 || id === NUMERIC ? parseInteger : types.getTypeParser(id, format)) as Parsers,
    },
  });
  // A connection that breaks, idle or between two statements of a transaction, is replaced or fails its next statement;
  // without a listener it would end the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
    askInTurn(client);
  });
  const dialect = new PostgresDialect({
    pool: { options: pool.options, end: () => pool.end(), connect: () => pool.connect().catch(throwUnreachable) },
  });
  return { engine: 'postgres', database: new Kysely({ dialect }) };
}

/** Statements of a transaction may be sent together; a connection takes the next when the last is answered. */
function askInTurn(client: PoolClient): void {
  const ask: (...question: unknown[]) => unknown = client.query.bind(client);
  let last: Promise<unknown> = Promise.resolve();
  client.query = ((...question: unknown[]) => {
    const answered = last.then(() => ask(...question));
    last = answered.catch(() => undefined);
    return answered;
  }) as typeof client.query;
}

function throwUnreachable(cause: unknown): never {
  const why = cause instanceof Error ? cause.message : String(cause);
  throw new AppError('store_unreachable', `PostgreSQL refuses the connection: ${why}.`, {}, { cause });
}
