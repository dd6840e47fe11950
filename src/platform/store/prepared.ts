import { AppError } from '../errors/index.ts';
import type { Sql, Store } from './sql.ts';

/** Thrown inside a transaction by work that was prepared before it, when the store has changed since. */
export class Outdated extends Error {
  constructor() {
    super('the store changed after the preparation');
  }
}

/** Each retry prepares only the changed parts, so more attempts than this indicate a fault. */
const MOST_TRIES = 10;

/**
 * Runs a transaction on work that was prepared before it, so that long work blocks no other write. `work` compares the versions of its
 * inputs and throws `Outdated` if one has changed; then `refresh` prepares again, outside any transaction, and the transaction is retried.
 * Error: `prepared_outdated` after 10 attempts, with nothing stored.
 */
export async function runPrepared<T>(
  store: Pick<Store, 'transaction'>,
  work: (sql: Sql) => Promise<T>,
  refresh: () => Promise<void>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await store.transaction(work);
    } catch (error) {
      if (!(error instanceof Outdated)) throw error;
    }
    if (tries === MOST_TRIES) {
      const detail = `The data of this change was changed concurrently ${MOST_TRIES} times. Nothing was stored; retry.`;
      throw new AppError('prepared_outdated', detail);
    }
    await refresh();
  }
}
