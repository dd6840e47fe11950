import { Kysely, PostgresDialect } from 'kysely';
import { Pool, types } from 'pg';

const INT8 = 20;
/** Counts and instants stay below 2^53, so they are numbers here; a larger one is refused rather than rounded. */
function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} does not fit a safe integer`);
  return value;
}

export function openPostgres(address: string): { engine: 'postgres'; database: Kysely<unknown> } {
  const pool = new Pool({
    connectionString: address,
    max: 10,
    types: {
      getTypeParser: ((id: number, format?: 'text' | 'binary') =>
        id === INT8 ? parseInt8 : types.getTypeParser(id, format)) as typeof types.getTypeParser,
    },
  });
  // A connection that breaks while idle is replaced at the next query; without a listener it would end the process.
  pool.on('error', () => undefined);
  return { engine: 'postgres', database: new Kysely({ dialect: new PostgresDialect({ pool }) }) };
}
