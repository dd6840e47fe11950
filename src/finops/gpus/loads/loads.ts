import type { LakeRow } from '../../../platform/lake/index.ts';
import type { Money } from '../../../platform/units/schema.ts';
import { ratesOf } from '../idle/rates.ts';
import type { IdleDeps } from '../idle/service.ts';
import { importPrices } from '../telemetry/store.ts';
import { GPU_SAMPLE, partitionsOf } from '../telemetry/tables.ts';

/** What one GPU bore over a window, as far as it was read. */
export interface GpuLoad {
  readonly gpu: string;
  /** Key of the price book that was stated with its readings; null: none was. */
  readonly resource: string | null;
  /** Price of an hour at the end of the window; null: there is none. */
  readonly price: Money | null;
  /** Milliseconds from its first reading in the window to the end of its last, and those that readings speak for. */
  readonly spanMs: number;
  readonly knownMs: number;
  /** 95th percentile of its readings, 0 to 1. */
  readonly utilizationP95: number;
  /** The most memory that was in use; null: it was not read. */
  readonly memoryMaxBytes: number | null;
}

/** Loads of all GPUs of which the utilization was read in [start, end) Unix ms, by name. */
export async function gpuLoads(
  { store, lake, prices }: IdleDeps,
  window: { readonly start: number; readonly end: number },
): Promise<GpuLoad[]> {
  const imports = await importPrices(store);
  if (imports.length === 0) return [];
  const { rates } = await ratesOf(store, prices, imports);
  const all = await lake.partitions(store, GPU_SAMPLE);
  const days = { from: dayOf(window.start), to: dayOf(window.end + DAY_MS) };
  const relation = (metric: 'utilization' | 'memory') =>
    lake.relation(store, GPU_SAMPLE, { partitions: partitionsOf(metric, all, days) });
  const [used, held] = [await relation('utilization'), await relation('memory')];
  const rows = await lake.session((session) => session.query(loadsSelect(used, held, window)));
  return rows.map((row) => loadOf(row, imports, rates, window.end));
}

const DAY_MS = 86_400_000;

function dayOf(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10);
}

function loadsSelect(
  used: string,
  held: string,
  { start, end }: { readonly start: number; readonly end: number },
): string {
  const within = `epoch_ms("sampledAt") >= ${start} AND epoch_ms("sampledAt") < ${end}`;
  return `SELECT u.*, m.most FROM (
      SELECT gpu, max_by("import", "sampledAt") AS "import", quantile_disc(value, 0.95)::DOUBLE AS p95, sum("spanMs")::DOUBLE AS "knownMs",
        (max(epoch_ms("sampledAt") + "spanMs") - min(epoch_ms("sampledAt")))::DOUBLE AS "spanMs"
      FROM ${used} WHERE ${within} GROUP BY gpu) u
    LEFT JOIN (SELECT gpu, max(value)::DOUBLE AS most FROM ${held} WHERE ${within} GROUP BY gpu) m USING (gpu)
    ORDER BY gpu`;
}

type Imports = Awaited<ReturnType<typeof importPrices>>;
type Rates = Awaited<ReturnType<typeof ratesOf>>['rates'];

function loadOf(row: LakeRow, imports: Imports, rates: Rates, end: number): GpuLoad {
  const id = String(row.import);
  const rate = rates.find((one) => one.import === id && one.since < end && one.until >= end);
  return {
    gpu: String(row.gpu),
    resource: imports.find((one) => one.id === id)?.resource ?? null,
    price: rate?.price ?? null,
    spanMs: Number(row.spanMs),
    knownMs: Number(row.knownMs),
    utilizationP95: Number(row.p95),
    memoryMaxBytes: row.most === null ? null : Number(row.most),
  };
}
