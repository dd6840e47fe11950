import type { JournaledTable } from '../../../platform/journal/index.ts';
import type { Lake, LakeRow, LakeSession } from '../../../platform/lake/index.ts';
import { literal } from '../../../platform/lake/index.ts';
import type { Store } from '../../../platform/store/index.ts';
import type { Prices } from '../../prices/index.ts';
import { type Device, findDevices } from '../recent/devices.ts';
import { liveStretches } from '../recent/live.ts';
import { sourcePrices } from '../sources/store.ts';
import { stretchSelect } from '../telemetry/day-sql.ts';
import { rolledUpDays } from '../telemetry/rolled-up.ts';
import type { GpuMetric } from '../telemetry/schema.ts';
import { importPrices } from '../telemetry/store.ts';
import { GPU_SAMPLE, GPU_STRETCH, LEVELS, partitionsOf } from '../telemetry/tables.ts';
import { GPU_TIMES, idleMemory, MARKED, periodsSelect, poolTimes, pricedTimes } from './periods-sql.ts';
import { type Rates, ratesOf } from './rates.ts';
import { type MeasuredTimes, reportOf } from './report.ts';
import type { GpuIdle, IdleQuery } from './schema.ts';

export interface IdleDeps {
  readonly store: Store;
  readonly lake: Lake;
  /** Readings that are not in their days yet. */
  readonly recent: Pick<JournaledTable, 'read'>;
  readonly prices: Pick<Prices, 'of'>;
}

/**
 * Idle time of all GPUs whose readings were imported. It reads the roll-up of stretches that do nothing; another threshold than
 * its own is looked for in the readings themselves.
 */
export async function gpuIdle(deps: IdleDeps, query: IdleQuery): Promise<GpuIdle> {
  const { store, recent, prices } = deps;
  const known = [...(await importPrices(store)), ...(await sourcePrices(store))];
  const rates = await ratesOf(store, prices, known);
  const devices = await findDevices(store);
  // Recent readings first: what is put into its days meanwhile is then known twice, and counted once.
  const [times, leftOut] = await recent.read(async (relation, session) => {
    const [row] = await session.query(`SELECT count(*)::DOUBLE AS rows FROM ${relation}`);
    const live = Number(row?.rows ?? 0) === 0 ? null : { recent: relation, devices };
    const { relations, daysLeftOut } = await relationsOf(deps, query, live);
    const weights = weightsOf(devices, live?.recent ?? null);
    return [await measure(session, { relations, weights }, rates, query), daysLeftOut] as const;
  });
  return reportOf(query, rates, times, leftOut);
}

/** Parts of GPUs (MIG) count for as much of one as their compute is. */
function weightsOf(devices: readonly Device[], recent: string | null): string {
  const parts = devices.flatMap(({ gpu, slices }) => (slices === null ? [] : [`(${literal(gpu)}, ${slices})`]));
  const known = parts.length === 0 ? NO_PARTS : `(SELECT * FROM (VALUES ${parts.join(', ')}) p(gpu, slices))`;
  if (recent === null) return known;
  const fresh = `SELECT gpu, slices FROM ${recent} WHERE slices IS NOT NULL`;
  return `(SELECT gpu, max(slices) AS slices FROM (FROM ${known} UNION ALL ${fresh}) GROUP BY gpu)`;
}

const NO_PARTS = '(SELECT NULL::VARCHAR AS gpu, NULL::INTEGER AS slices WHERE false)';

type Relations = Readonly<Record<GpuMetric, string>>;

async function relationsOf(
  { store, lake }: IdleDeps,
  query: IdleQuery,
  live: { readonly recent: string; readonly devices: readonly Device[] } | null,
): Promise<{ relations: Relations; daysLeftOut: readonly string[] }> {
  const all = await lake.partitions(store, GPU_STRETCH);
  const byReadings = query.threshold !== LEVELS.utilization;
  const stretches = (metric: GpuMetric) => {
    const partitions = partitionsOf(metric, all, query);
    return lake.relation(store, GPU_STRETCH, { partitions });
  };
  const samples = async () => {
    const partitions = partitionsOf('utilization', all, query);
    return `(${stretchSelect(await lake.relation(store, GPU_SAMPLE, { partitions }), query.threshold)})`;
  };
  const withRecent = (metric: GpuMetric, ofDays: string, level: number) => {
    if (live === null) return ofDays;
    const { from, to } = query;
    const part = liveStretches({ ...live, metric, stretches: ofDays, level, from, to });
    return `(SELECT * FROM ${ofDays} UNION ALL BY NAME ${part})`;
  };
  const closed = byReadings ? [...(await rolledUpDays(store, lake, 'utilization'))].toSorted() : [];
  return {
    relations: {
      utilization: withRecent(
        'utilization',
        await (byReadings ? samples() : stretches('utilization')),
        query.threshold,
      ),
      memory: withRecent('memory', await stretches('memory'), LEVELS.memory),
      poolTotal: await stretches('poolTotal'),
      poolUnallocated: await stretches('poolUnallocated'),
    },
    daysLeftOut: closed.filter((day) => day >= (query.from ?? '') && (query.to === undefined || day < query.to)),
  };
}

async function measure(
  session: LakeSession,
  { relations, weights }: { readonly relations: Relations; readonly weights: string },
  { rates, reasons }: Rates,
  { window: windowMs, maxGap: maxGapMs }: IdleQuery,
): Promise<MeasuredTimes> {
  const periods = periodsSelect(relations.utilization, { windowMs, maxGapMs, weights });
  await session.query(`CREATE OR REPLACE TEMP TABLE ${MARKED} AS ${periods}`);
  const values = rates.map((rate, index) => `(${literal(rate.import)}, ${index}, ${rate.since}, ${rate.until})`);
  const imports = await session.query(`SELECT gpu, "import" FROM ${MARKED} GROUP BY ALL ORDER BY ALL`);
  return {
    gpus: await session.query(GPU_TIMES),
    priced: values.length === 0 ? [] : await session.query(pricedTimes(values.join(', '))),
    memory: await session.query(idleMemory(relations.memory)),
    pools: await session.query(poolTimes(relations.poolTotal, relations.poolUnallocated)),
    reasons: reasonsByGpu(imports, reasons),
  };
}

/** Why time of a GPU may have no price. */
function reasonsByGpu(rows: readonly LakeRow[], reasons: Rates['reasons']): ReadonlyMap<string, string | null> {
  const byGpu = new Map<string, string | null>();
  for (const { gpu, import: id } of rows) {
    const reason = reasons.get(String(id)) ?? null;
    if (reason !== null || !byGpu.has(String(gpu))) byGpu.set(String(gpu), reason);
  }
  return byGpu;
}
