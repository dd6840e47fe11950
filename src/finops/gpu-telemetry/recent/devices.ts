import type { Sql } from '../../../platform/store/index.ts';

/** Facts of a GPU, or of a part of one, from its last reading. */
export interface Device {
  readonly gpu: string;
  readonly source: string;
  readonly host: string | null;
  readonly model: string | null;
  /** Number of sevenths of the GPU's compute (MIG); null for a whole GPU. */
  readonly slices: number | null;
  /** Rank of the signal that gives its utilization; null before the first reading. */
  readonly signal: number | null;
  /** Last reading of that signal, Unix milliseconds. */
  readonly signalAt: number | null;
  readonly seenAt: number;
}

interface DeviceTables {
  gpu_device: {
    gpu: string;
    source: string;
    host: string | null;
    model: string | null;
    slices: number | null;
    signal: number | null;
    signal_ms: number | null;
    seen_ms: number;
  };
}

export async function findDevices(sql: Sql): Promise<Device[]> {
  const rows = await sql.tables<DeviceTables>().selectFrom('gpu_device').selectAll().orderBy('gpu').execute();
  return rows.map(({ signal_ms, seen_ms, ...row }) => ({
    ...row,
    signalAt: toNumberOrNull(signal_ms),
    seenAt: Number(seen_ms),
  }));
}

function toNumberOrNull(value: number | string | null): number | null {
  return value === null ? null : Number(value);
}

export async function saveDevices(sql: Sql, devices: readonly Device[]): Promise<void> {
  for (const { signalAt, seenAt, ...device } of devices) {
    const row = { ...device, signal_ms: signalAt, seen_ms: seenAt };
    await sql
      .tables<DeviceTables>()
      .insertInto('gpu_device')
      .values(row)
      .onConflict((conflict) => conflict.column('gpu').doUpdateSet(row))
      .execute();
  }
}
