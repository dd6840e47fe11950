import { type JournaledTable, openJournaledTable } from '../../../platform/journal/index.ts';
import type { Lake, LakeTable } from '../../../platform/lake/index.ts';
import type { Store } from '../../../platform/store/index.ts';
import type { Log } from '../../../platform/telemetry/index.ts';
import type { Clock } from '../../../platform/units/index.ts';

/**
 * Readings on their way into their days, as they came: of one GPU and instant there may be several, of several series, signals and tries.
 * `metric` is `utilization` (a ratio), `memory` (bytes), `energy` (joules counted) or `holder` (who held the GPU from `sampledAt` to `endsAt`). `holder`: whom
 * the series names; null is the series of the GPU itself. `signal`: rank of what was read, of which the lowest counts.
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
}

/** Opens the journal of readings: what an earlier process acknowledged is in it. Whoever sends readings keeps none of them. */
export function openGpuReadings({ clock, ...opening }: OpeningReadings): Promise<JournaledTable> {
  const deps = { ...opening, fsync: 'always', now: clock.now } as const;
  return openJournaledTable(deps, { table: GPU_RECENT, dayOf: 'sampledAt' });
}
