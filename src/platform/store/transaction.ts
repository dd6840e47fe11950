import { setTimeout as pause } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { systemCode } from '../errors/index.ts';
import type { Sql, StoreEngine } from './sql.ts';
import { SharedCommitLost } from './sqlite-writes.ts';

/** PostgreSQL's serialization failure and deadlock: another transaction won, and running again is the remedy. */
const LOST_TO_ANOTHER = new Set(['40001', '40P01']);
/** Doubling from 2 ms, the pauses before the last try add up to about 4 s. */
const TRIES = 12;

type Isolation = 'serializable' | 'read committed';

/**
 * Both engines give the same promise: transactions behave as if they ran one after another. SQLite lets one write at a
 * time; PostgreSQL lets them overlap, and when two cannot be ordered one of them is run again.
 */
export async function runTransaction<T>(
  engine: StoreEngine,
  database: Kysely<unknown>,
  work: (sql: Sql) => Promise<T>,
  isolation: Isolation = 'serializable',
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await once(engine, database, work, isolation);
    } catch (error) {
      // Alone it succeeds, or fails for a reason of its own.
      if (error instanceof SharedCommitLost) return runTransaction(engine, database, work);
      if (attempt === TRIES || !LOST_TO_ANOTHER.has(systemCode(error) ?? '')) throw error;
      // Uneven pauses, so that the two do not meet again.
      await pause(2 ** attempt * (0.5 + Math.random() / 2));
    }
  }
}

async function once<T>(
  engine: StoreEngine,
  database: Kysely<unknown>,
  work: (sql: Sql) => Promise<T>,
  isolation: Isolation,
): Promise<T> {
  const stored: (() => void)[] = [];
  const result = await database
    .transaction()
    .setIsolationLevel(isolation)
    .execute(async (transaction) => {
      const sql: Sql = {
        engine,
        tables: <Tables>() => transaction as unknown as Kysely<Tables>,
        afterCommit: (callback) => stored.push(callback),
      };
      const answer = await work(sql);
      if (engine === 'postgres') await assertNotFailed(transaction);
      return answer;
    });
  for (const callback of stored) callback();
  return result;
}

/**
 * After a failed statement PostgreSQL answers COMMIT by rolling back, and calls that a success. When `work` has caught
 * the failure nobody would know; any further statement throws.
 */
async function assertNotFailed(transaction: Kysely<unknown>): Promise<void> {
  await transaction.selectNoFrom((eb) => eb.lit(1).as('one')).execute();
}
