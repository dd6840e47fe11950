import type { LakeRow } from '../../../platform/lake/index.ts';
import { DAY_MS } from '../../../platform/units/durations.ts';
import type { Money } from '../../../platform/units/schema.ts';
import type { ImportPrice } from '../../gpu-telemetry/index.ts';
import { LEVELS } from '../../gpu-telemetry/index.ts';
import { type KnownTimeDeps, withKnownTime } from '../idle/known-time.ts';
import { type Rate, readRates } from '../idle/rates.ts';
import { findKnownPrices } from '../idle/service.ts';

/** Load of one GPU over a window, as far as it was read. */
export interface GpuLoad {
  readonly gpu: string;
  /** Key of the price book stated with its readings; null: none. */
  readonly resource: string | null;
  /** Price per hour at the end of the window; null: none. */
  readonly price: Money | null;
  /** Milliseconds from its first reading in the window to the end of its last, and the part of them covered by readings. */
  readonly spanMs: number;
  readonly knownMs: number;
  /** End of its last reading in the window, Unix milliseconds. */
  readonly readUntilMs: number;
  /** 95th percentile of its readings, 0 to 1. */
  readonly utilizationP95: number;
  /** Maximum memory in use; null: not read. */
  readonly memoryMaxBytes: number | null;
}

/**
 * Loads of all whole GPUs of which the utilization was read in [start, end) Unix ms, by name. Those that are parted (MIG) are left out:
 * they are shared already.
 */
export async function readGpuLoads(
  deps: KnownTimeDeps,
  window: { readonly start: number; readonly end: number },
): Promise<GpuLoad[]> {
  const known = await findKnownPrices(deps);
  if (known.length === 0) return [];
  const { rates } = await readRates(deps.store, deps.prices, known);
  const days = { from: toDay(window.start), to: toDay(window.end + DAY_MS), threshold: LEVELS.utilization };
  return withKnownTime(deps, days, async ({ session, samples }) => {
    const rows = await session.query(buildLoadsSelect(samples('utilization'), samples('memory'), window));
    return rows.map((row) => rowToLoad(row, known, rates, window.end));
  });
}

function toDay(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10);
}

function buildLoadsSelect(
  used: string,
  held: string,
  { start, end }: { readonly start: number; readonly end: number },
): string {
  const within = `NOT contains(gpu, '/') AND epoch_ms("sampledAt") >= ${start} AND epoch_ms("sampledAt") < ${end}`;
  return `SELECT u.*, m.most FROM (
      SELECT gpu, max_by("import", "sampledAt") AS "import", quantile_disc(value, 0.95)::DOUBLE AS p95, sum("spanMs")::DOUBLE AS "knownMs",
        (max(epoch_ms("sampledAt") + "spanMs") - min(epoch_ms("sampledAt")))::DOUBLE AS "spanMs",
        max(epoch_ms("sampledAt") + "spanMs")::DOUBLE AS "readUntilMs"
      FROM ${used} WHERE ${within} GROUP BY gpu) u
    LEFT JOIN (SELECT gpu, max(value)::DOUBLE AS most FROM ${held} WHERE ${within} GROUP BY gpu) m USING (gpu)
    ORDER BY gpu`;
}

function rowToLoad(row: LakeRow, known: readonly ImportPrice[], rates: readonly Rate[], end: number): GpuLoad {
  const id = String(row.import);
  const rate = rates.find((one) => one.import === id && one.since < end && one.until >= end);
  return {
    gpu: String(row.gpu),
    resource: known.find((one) => one.id === id)?.resource ?? null,
    price: rate?.price ?? null,
    spanMs: Number(row.spanMs),
    knownMs: Number(row.knownMs),
    readUntilMs: Number(row.readUntilMs),
    utilizationP95: Number(row.p95),
    memoryMaxBytes: row.most === null ? null : Number(row.most),
  };
}
