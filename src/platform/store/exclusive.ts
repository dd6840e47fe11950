import { Client } from 'pg';
import { createTurns } from '../concurrency/index.ts';
import { AppError } from '../errors/index.ts';
import { isConnectionLoss } from './connection-loss.ts';

/** A lock of one name over all servers of a store. */
interface HeldLock extends AsyncDisposable {
  /** Aborted when the lock is lost with its connection, before it was released. */
  readonly signal: AbortSignal;
}

type TakeLock = (name: string) => Promise<HeldLock>;

/** See `Store.exclusively`. */
export interface Exclusive extends AsyncDisposable {
  run<T>(name: string, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

/** `take` null: one server uses the store, so a turn in this process is enough. */
export function createExclusive(take: TakeLock | null): Exclusive {
  const inTurn = createTurns();
  const held = new Set<HeldLock>();
  const never = new AbortController().signal;
  return {
    // One connection a name and server, however many callers wait.
    run: (name, work) =>
      inTurn(name, async () => {
        if (take === null) return work(never);
        const lock = await take(name);
        held.add(lock);
        try {
          return await work(lock.signal);
        } finally {
          held.delete(lock);
          await lock[Symbol.asyncDispose]();
        }
      }),
    async [Symbol.asyncDispose]() {
      await Promise.all([...held].map((lock) => lock[Symbol.asyncDispose]()));
    },
  };
}

/**
 * Settings of the connection of a lock: it waits as long as it has to, and the lock of a machine that has lost its network is released
 * within about 25 s.
 */
const LOCK_SETTINGS = [
  ...['set statement_timeout = 0', 'set lock_timeout = 0', 'set tcp_keepalives_idle = 10'],
  ...['set tcp_keepalives_interval = 5', 'set tcp_keepalives_count = 3'],
].join('; ');

/**
 * Advisory locks of PostgreSQL, each on a dedicated connection: the lock ends with the connection, and so with its process. Error:
 * that of `fail`, for a server that cannot be reached or does not respond within `connectWithinMs`.
 */
export function lockOnPostgres(address: string, connectWithinMs: number, fail: (cause: unknown) => never): TakeLock {
  return async (name) => {
    const connection = { connectionString: address, connectionTimeoutMillis: connectWithinMs, keepAlive: true };
    const client = new Client(connection);
    const lost = new AbortController();
    let isReleased = false;
    const lose = () => {
      if (isReleased) return;
      const detail = `The connection to PostgreSQL that holds the lock "${name}" broke. Retry.`;
      lost.abort(new AppError('store_unreachable', detail));
    };
    client.on('error', lose);
    client.on('end', lose);
    await client.connect().catch(fail);
    const key = `exclusively ${name}`;
    const release = async () => {
      if (isReleased) return;
      isReleased = true;
      // The lock ends with the connection in any case; an explicit unlock ends it before this function returns.
      await client.query('select pg_advisory_unlock(hashtextextended($1, 0))', [key]).catch(() => undefined);
      await client.end().catch(() => undefined);
    };
    try {
      await client.query(LOCK_SETTINGS);
      await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [key]);
    } catch (error) {
      await release();
      return isConnectionLoss(error) ? fail(error) : Promise.reject(error);
    }
    return { signal: lost.signal, [Symbol.asyncDispose]: release };
  };
}
