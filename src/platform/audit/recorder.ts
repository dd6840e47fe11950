import type { WriteRecord, WriteRecorder } from '../http/index.ts';
import type { Store } from '../store/index.ts';
import type { Log } from '../telemetry/index.ts';
import type { Clock } from '../units/index.ts';
import { type AuditFacts, serializeSubject } from './chain.ts';
import { appendRows } from './store.ts';

type NewRow = Omit<AuditFacts, 'seq'>;

export interface RecorderDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Recorder extends WriteRecorder, AsyncDisposable {
  /** Stores the counts in memory now. */
  flush(): Promise<void>;
}

/**
 * Counted writes of one minute become one row for caller, route and ids; a crash loses no more than that minute's counts.
 * Counts that could not be stored wait for the next minute.
 */
const COUNTING_MS = 60_000;
/** Keeps the parameters of one statement well below the limits of both engines. */
const ROWS_A_TRANSACTION = 500;
const MOST_COUNTS = 10_000;
/** Of counts that could not be stored: with as many new ones again they are tried before the minute is over. */
const MOST_KEPT = 5_000;

interface Waiting {
  readonly row: NewRow;
  readonly stored: () => void;
  readonly failed: (error: unknown) => void;
}

/** Appends to the trail: rows that come while a transaction runs share the next one. */
export function createRecorder({ store, clock, log }: RecorderDeps): Recorder {
  const waiting: Waiting[] = [];
  const counts = new Map<string, NewRow>();
  let writing: Promise<void> | null = null;

  const append = (row: NewRow): Promise<void> =>
    new Promise((stored, failed) => {
      waiting.push({ row, stored, failed });
      writing ??= drain();
    });
  const drain = async (): Promise<void> => {
    while (waiting.length > 0) await storeTogether(store, waiting.splice(0, ROWS_A_TRANSACTION));
    // In the same step as the check above: a row that comes from now on starts the work again.
    writing = null;
  };
  const count = (row: NewRow): void => {
    const key = JSON.stringify([row.actor, row.role, row.method, row.route, row.subject, row.status]);
    const before = counts.get(key);
    counts.set(key, before === undefined ? row : mergeRows(before, row));
  };
  const keepCounting = (row: NewRow, error: unknown): never => {
    if (counts.size < MOST_KEPT) count(row);
    throw error;
  };
  const flush = async (): Promise<void> => {
    const rows = [...counts.values()];
    counts.clear();
    await Promise.all(rows.map((row) => append(row).catch((error: unknown) => keepCounting(row, error))));
  };
  const flushSoon = (): void => {
    flush().catch((error: unknown) => log.error({ err: error }, 'counts of writes could not be recorded'));
  };
  const timer = setInterval(flushSoon, COUNTING_MS);
  timer.unref();

  return {
    record(write) {
      const row = toAuditRow(write, new Date(clock.now()).toISOString());
      if (!write.counted) return append(row);
      count(row);
      if (counts.size >= MOST_COUNTS) flushSoon();
    },
    flush,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await flush();
      await writing;
    },
  };
}

async function storeTogether(store: Store, batch: readonly Waiting[]): Promise<void> {
  try {
    await store.transaction((sql) =>
      appendRows(
        sql,
        batch.map(({ row }) => row),
      ),
    );
    for (const { stored } of batch) stored();
  } catch (error) {
    for (const { failed } of batch) failed(error);
  }
}

/** Merges counts of the same caller, route, ids and status. */
function mergeRows(one: NewRow, other: NewRow): NewRow {
  const [firstAt = one.firstAt] = [one.firstAt, other.firstAt].toSorted();
  const [, lastAt = one.lastAt] = [one.lastAt, other.lastAt].toSorted();
  return { ...one, firstAt, lastAt, writes: one.writes + other.writes };
}

function toAuditRow(write: WriteRecord, at: string): NewRow {
  return {
    firstAt: at,
    lastAt: at,
    actor: write.actor.name,
    role: write.actor.role,
    method: write.method,
    route: write.route,
    scope: write.scope,
    subject: serializeSubject(write.subject),
    bodyDigest: write.bodyDigest,
    status: write.status,
    writes: 1,
    requestId: write.requestId,
  };
}
