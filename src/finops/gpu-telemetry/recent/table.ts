import {
  type JournaledTable,
  openJournaledTable,
  type RowShape,
  type SharedJournal,
} from '../../../platform/journal/index.ts';
import type { Lake, LakeTable } from '../../../platform/lake/index.ts';
import type { Store } from '../../../platform/store/index.ts';
import type { Log } from '../../../platform/telemetry/index.ts';
import type { Clock } from '../../../platform/units/index.ts';

/**
 * Received readings that are not in their days yet. One GPU and instant may have several, from several series, signals and
 * retries. `metric` is `utilization` (a ratio), `memory` (bytes), `energy` (joules of the counter) or `holder` (a holder of
 * the GPU from `sampledAt` to `endsAt`). `holder`: the holder in the labels of the series; null is the series of the GPU
 * itself. `signal`: rank of the signal; the lowest counts.
 */
export const GPU_RECENT: LakeTable = {
  name: 'gpu_recent',
  columns: {
    metric: 'VARCHAR',
    gpu: 'VARCHAR',
    sampledAt: 'TIMESTAMP',
    value: 'DOUBLE',
    signal: 'INTEGER',
    holder: 'VARCHAR',
    intervalMs: 'BIGINT',
    source: 'VARCHAR',
    endsAt: 'TIMESTAMP',
    host: 'VARCHAR',
    model: 'VARCHAR',
    slices: 'INTEGER',
    namespace: 'VARCHAR',
    pod: 'VARCHAR',
    container: 'VARCHAR',
    pid: 'BIGINT',
  },
};

export interface OpeningReadings {
  readonly store: Store;
  readonly lake: Lake;
  readonly clock: Clock;
  readonly log: Log;
  /** Of the journal; the lake may read there. */
  readonly folder: string;
  /** Left out: the only server of its store. */
  readonly shared?: SharedJournal | undefined;
}

/** The table that has a journal. */
export const READING_JOURNAL: RowShape = { table: GPU_RECENT, dayOf: 'sampledAt' };

/** Opens the journal of readings. It contains the readings that an earlier process acknowledged, because the sender keeps no copy. */
export function openGpuReadings({ clock, ...opening }: OpeningReadings): Promise<JournaledTable> {
  const deps = { ...opening, fsync: 'always', now: clock.now } as const;
  return openJournaledTable(deps, READING_JOURNAL);
}
