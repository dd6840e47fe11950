import type { Lake, LakeRow, LakeSession } from '../../../platform/lake/index.ts';
import { literal } from '../../../platform/lake/index.ts';
import type { Store } from '../../../platform/store/index.ts';
import type { Prices } from '../../prices/index.ts';
import { stretchSelect } from '../telemetry/day-sql.ts';
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
  readonly prices: Pick<Prices, 'of'>;
}

/**
 * Idle time of all GPUs whose readings were imported. It reads the roll-up of stretches that do nothing; another threshold than
 * its own is looked for in the readings themselves.
 */
export async function gpuIdle(deps: IdleDeps, query: IdleQuery): Promise<GpuIdle> {
  const { store, lake, prices } = deps;
  const relations = await relationsOf(deps, query);
  const rates = await ratesOf(store, prices, await importPrices(store));
  const times = await lake.session((session) => measure(session, relations, rates, query));
  return reportOf(query, rates, times);
}

/** On which days, and up to which utilization a GPU does nothing. */
export type DaysAndLevel = Pick<IdleQuery, 'from' | 'to' | 'threshold'>;

export type Relations = Readonly<Record<GpuMetric, string>>;

/** FROM items of the stretches of each metric on the days that are asked for, as `threshold` parts them. */
export async function relationsOf({ store, lake }: IdleDeps, query: DaysAndLevel): Promise<Relations> {
  const all = await lake.partitions(store, GPU_STRETCH);
  const stretches = (metric: GpuMetric) => {
    const partitions = partitionsOf(metric, all, query);
    return lake.relation(store, GPU_STRETCH, { partitions });
  };
  const samples = async () => {
    const partitions = partitionsOf('utilization', all, query);
    return `(${stretchSelect(await lake.relation(store, GPU_SAMPLE, { partitions }), query.threshold)})`;
  };
  return {
    utilization: query.threshold === LEVELS.utilization ? await stretches('utilization') : await samples(),
    memory: await stretches('memory'),
    poolTotal: await stretches('poolTotal'),
    poolUnallocated: await stretches('poolUnallocated'),
  };
}

/** Measures with the stretches of utilization marked in a temporary table of the session, which stays. */
export async function measure(
  session: LakeSession,
  relations: Relations,
  { rates, reasons }: Rates,
  { window: windowMs, maxGap: maxGapMs }: Pick<IdleQuery, 'window' | 'maxGap'>,
): Promise<MeasuredTimes> {
  const periods = periodsSelect(relations.utilization, { windowMs, maxGapMs });
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
