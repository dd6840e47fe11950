import { setTimeout as pause } from 'node:timers/promises';
import { type Kysely, sql as raw } from 'kysely';
import { readSystemCode } from '../errors/index.ts';
import type { Sql, StoreEngine } from './sql.ts';
import { SharedCommitLost } from './sqlite-writes.ts';
import type { Turns } from './turns.ts';

/** PostgreSQL's serialization failure and deadlock: another transaction won, and running again is the remedy. */
const LOST_TO_ANOTHER = new Set(['40001', '40P01']);
/** Doubling from 2 ms, the pauses before the last try add up to about 4 s. */
const TRIES = 12;
/** Lock of the one server of a store that reruns a transaction that lost to concurrent ones. */
const TURN = 'a transaction that lost to others';

type Isolation = 'serializable' | 'read committed' | 'repeatable read';

export interface Database {
  readonly engine: StoreEngine;
  readonly database: Kysely<unknown>;
  readonly turns: Turns;
}

/**
 * Both engines guarantee serializable transactions. SQLite allows one write at a
 * time. PostgreSQL runs them concurrently, and retries one of two that conflict. The retry runs exclusively: otherwise
 * one of many transactions on the same row could lose again and again.
 */
export async function runTransaction<T>(on: Database, work: (sql: Sql) => Promise<T>): Promise<T> {
  await on.turns.free();
  try {
    return await runOnce(on.engine, on.database, work, 'serializable');
  } catch (error) {
    // Without the group it succeeds, or fails for its own reason.
    if (error instanceof SharedCommitLost) return runTransaction(on, work);
    if (!hasLost(error)) throw error;
  }
  const giveBack = await on.turns.take();
  try {
    return await on.database.connection().execute((connection) => runExclusively(on.engine, connection, work));
  } finally {
    giveBack();
  }
}

/** Transactions that began earlier may still win the conflict; each of them can win only once. */
async function runExclusively<T>(
  engine: StoreEngine,
  connection: Kysely<unknown>,
  work: (sql: Sql) => Promise<T>,
): Promise<T> {
  await raw`select pg_advisory_lock(hashtextextended(${TURN}, 0))`.execute(connection);
  try {
    return await retryUntilWon(() => runOnce(engine, connection, work, 'serializable'));
  } finally {
    await raw`select pg_advisory_unlock(hashtextextended(${TURN}, 0))`.execute(connection);
  }
}

/** As {@link runTransaction}, for work whose order does not matter: it waits for no turn. */
export async function runAppend<T>({ engine, database, turns }: Database, work: (sql: Sql) => Promise<T>): Promise<T> {
  try {
    return await retryUntilWon(() => runOnce(engine, database, work, 'read committed'));
  } catch (error) {
    if (error instanceof SharedCommitLost) return runTransaction({ engine, database, turns }, work);
    throw error;
  }
}

/**
 * Reads of one state. Those of PostgreSQL have a snapshot, which waits for no writer and loses to none; SQLite runs them between two
 * transactions, because its readers share their threads.
 */
export function runReads<T>(on: Database, work: (sql: Sql) => Promise<T>): Promise<T> {
  return on.engine === 'sqlite' ? runTransaction(on, work) : runOnce(on.engine, on.database, work, 'repeatable read');
}

async function retryUntilWon<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      if (attempt === TRIES || !hasLost(error)) throw error;
      // Uneven pauses, so that the two do not meet again.
      await pause(2 ** attempt * (0.5 + Math.random() / 2));
    }
  }
}

function hasLost(error: unknown): boolean {
  return LOST_TO_ANOTHER.has(readSystemCode(error) ?? '');
}

async function runOnce<T>(
  engine: StoreEngine,
  database: Kysely<unknown>,
  work: (sql: Sql) => Promise<T>,
  isolation: Isolation,
): Promise<T> {
  const stored: (() => void)[] = [];
  const isSnapshot = isolation === 'repeatable read';
  const begun = database.transaction().setIsolationLevel(isolation);
  // A value computed from a snapshot may be out of date when it is stored, and PostgreSQL would not notice.
  const limited = isSnapshot ? begun.setAccessMode('read only') : begun;
  const result = await limited.execute(async (transaction) => {
    const sql: Sql = {
      engine,
      tables: <Tables>() => transaction as unknown as Kysely<Tables>,
      afterCommit: (callback) => stored.push(callback),
      readConsistently: (reads) => reads(sql),
      isSnapshot,
    };
    const answer = await work(sql);
    if (engine === 'postgres') await assertNotFailed(transaction);
    return answer;
  });
  for (const callback of stored) callback();
  return result;
}

/**
 * After a failed statement PostgreSQL answers COMMIT with a rollback and reports success. If `work` caught
 * the error, the rollback would go unnoticed; any further statement throws.
 */
async function assertNotFailed(transaction: Kysely<unknown>): Promise<void> {
  await transaction.selectNoFrom((eb) => eb.lit(1).as('one')).execute();
}
