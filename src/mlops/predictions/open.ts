import { join } from 'node:path';
import { AppError } from '../../platform/errors/index.ts';
import {
  type JournaledTable,
  openJournaledTable,
  type RowShape,
  type SharedJournal,
} from '../../platform/journal/index.ts';
import type { Lake } from '../../platform/lake/index.ts';
import { createLoop } from '../../platform/loop/index.ts';
import type { Store } from '../../platform/store/index.ts';
import type { Log } from '../../platform/telemetry/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import { LABEL, PREDICTION, SHADOW_PREDICTION } from './lake-tables.ts';

export interface OpenedPredictions extends AsyncDisposable {
  readonly predictions: JournaledTable;
  readonly labels: JournaledTable;
  /** Answers of shadow variants to copies of requests, under the ids of the predictions that clients got. */
  readonly shadows: JournaledTable;
  /** Starts to move waiting rows into the lake, every few minutes and when many are waiting. */
  start(): void;
}

export interface OpeningPredictions {
  readonly store: Store;
  readonly lake: Lake;
  readonly clock: Clock;
  readonly log: Log;
  /** Folder of the journals; the lake may read it. */
  readonly folder: string;
  readonly fsync: 'always' | 'interval';
  /** Left out: the only server of its store. */
  readonly shared?: SharedJournal | undefined;
}

const [PREDICTIONS, LABELS, SHADOWS] = [
  { table: PREDICTION, dayOf: 'predictedAt' },
  { table: LABEL, dayOf: 'observedAt' },
  { table: SHADOW_PREDICTION, dayOf: 'predictedAt' },
] as const;
/** Tables that have journals. */
export const PREDICTION_JOURNALS: readonly RowShape[] = [PREDICTIONS, LABELS, SHADOWS];

const SETTLE_MS = 5 * 60_000;
const COMPACT_MS = 15 * 60_000;
const LOOK_MS = 10_000;
const MUCH_BYTES = 64 * 1024 * 1024;

/** Opens the tables of predictions, labels and shadow answers. They include all rows that an earlier process acknowledged. */
export async function openPredictions(deps: OpeningPredictions): Promise<OpenedPredictions> {
  const opening = { ...deps, now: deps.clock.now };
  const predictions = await openJournaledTable(opening, PREDICTIONS);
  const labels = await openJournaledTable(opening, LABELS);
  const shadows = await openJournaledTable(opening, SHADOWS);
  const tables = [predictions, labels, shadows];
  let settledAt = performance.now();
  // Compacts in the first pass: otherwise a server with short uptimes would never compact.
  let compactedAt = Number.NEGATIVE_INFINITY;
  const loop = createLoop({
    longestRestMs: LOOK_MS,
    failed: (error) => {
      if (error instanceof AppError && error.code === 'server_stopping') return;
      deps.log.error({ err: error }, 'cannot move predictions into the lake; the journal keeps them');
    },
    look: async () => {
      const isLate = performance.now() - settledAt >= SETTLE_MS;
      for (const table of tables) if (isLate || table.waitingBytes >= MUCH_BYTES) await table.settle();
      if (isLate) settledAt = performance.now();
      if (performance.now() - compactedAt >= COMPACT_MS) {
        for (const table of tables) await table.compact();
        compactedAt = performance.now();
      }
      return LOOK_MS;
    },
  });
  return {
    predictions,
    labels,
    shadows,
    start: loop.start,
    async [Symbol.asyncDispose]() {
      await loop.stop();
      await Promise.all(tables.map((table) => table[Symbol.asyncDispose]()));
    },
  };
}

/** Folder of the journals below the data folder. */
export function buildJournalFolder(dataFolder: string): string {
  return join(dataFolder, 'journals');
}
