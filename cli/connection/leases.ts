import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Calls of other commands that the server of a command has not answered yet. A call holds a shared lock on an empty
 * database, and the server ends once it gets the exclusive one; the operating system releases both when a process is
 * killed.
 */
const FILE = 'clients.db';
const POLL_MS = 20;

/** Leases of one command, one for each call in flight. */
export interface Leases extends Disposable {
  /** False when the server ends just now. */
  take(): boolean;
  release(): void;
}

export function openLeases(data: string): Leases {
  const database = open(data);
  let leaseCount = 0;
  return {
    take() {
      if (leaseCount === 0 && !lock(database, 'BEGIN; SELECT count(*) FROM sqlite_schema')) return false;
      leaseCount += 1;
      return true;
    },
    release() {
      leaseCount -= 1;
      if (leaseCount === 0 && database.isOpen) database.exec('COMMIT');
    },
    [Symbol.dispose]: () => database.close(),
  };
}

/** Resolves when no call of another command is in flight; calls `waiting` once where that takes a moment. */
export async function untilNoLease(data: string, waiting: () => Promise<void>): Promise<void> {
  using database = open(data);
  for (let polls = 0; !lock(database, 'BEGIN EXCLUSIVE'); polls += 1) {
    if (polls === REMARK_AFTER_POLLS) await waiting();
    await sleep(POLL_MS);
  }
}

const REMARK_AFTER_POLLS = 50;

function open(data: string): DatabaseSync {
  return new DatabaseSync(join(data, FILE), { timeout: 0 });
}

function lock(database: DatabaseSync, statement: string): boolean {
  try {
    database.exec(statement);
    return true;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    if (error instanceof Error && error.message.includes('locked')) return false;
    throw error;
  }
}
