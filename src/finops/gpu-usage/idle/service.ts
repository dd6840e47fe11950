import type { LakeRow, LakeSession } from '../../../platform/lake/index.ts';
import { literal } from '../../../platform/lake/index.ts';
import { type ImportPrice, importPrices, LEVELS, sourcePrices } from '../../gpu-telemetry/index.ts';
import { energyOf, type KnownEnergy } from './energy.ts';
import { type KnownTime, type KnownTimeDeps, withKnownTime } from './known-time.ts';
import { GPU_TIMES, idleMemory, MARKED, periodsSelect, poolTimes, pricedTimes } from './periods-sql.ts';
import { type Rates, ratesOf } from './rates.ts';
import { type MeasuredTimes, reportOf } from './report.ts';
import type { GpuIdle, IdleQuery } from './schema.ts';

/** Idle time of all GPUs with readings. It uses the roll-up of low stretches; a different threshold is evaluated on the single readings. */
export async function gpuIdle(deps: KnownTimeDeps, query: IdleQuery): Promise<GpuIdle> {
  const rates = await knownRates(deps);
  const [times, energy, leftOut] = await withKnownTime(deps, query, async (known) => {
    const byReadings = query.threshold !== LEVELS.utilization;
    const measured = await measure(known, rates, query);
    const gpus = measured.gpus.map(({ gpu }) => String(gpu));
    return [measured, await energyWithin(known, query, gpus), byReadings ? known.rolledUp : []] as const;
  });
  return reportOf(query, rates, { ...times, energy }, leftOut);
}

function energyWithin(
  { session, energy: { readings, rolledUp } }: KnownTime,
  { from, to }: Pick<IdleQuery, 'from' | 'to'>,
  gpus: readonly string[],
): Promise<KnownEnergy> {
  const instant = (day: string | undefined) => (day === undefined ? null : Date.parse(day));
  // A part of a GPU (MIG) has no separate counter.
  const whole = [...new Set(gpus.map((gpu) => gpu.split('/')[0] ?? gpu))];
  return energyOf(session, { readings, rolledUp, from: instant(from), to: instant(to), gpus: whole });
}

/** Prices of readings from files and from sources. */
export async function knownPrices({ store }: KnownTimeDeps): Promise<ImportPrice[]> {
  return [...(await importPrices(store)), ...(await sourcePrices(store))];
}

export async function knownRates(deps: KnownTimeDeps): Promise<Rates> {
  return ratesOf(deps.store, deps.prices, await knownPrices(deps));
}

/** Measures the GPU time. The marked stretches of utilization stay in a temporary table of the session. */
export async function measure(
  { session, stretches, weights }: Pick<KnownTime, 'stretches' | 'weights'> & { readonly session: LakeSession },
  { rates, reasons }: Rates,
  { window: windowMs, maxGap: maxGapMs }: Pick<IdleQuery, 'window' | 'maxGap'>,
): Promise<MeasuredTimes> {
  const periods = periodsSelect(stretches.utilization, { windowMs, maxGapMs, weights });
  await session.query(`CREATE OR REPLACE TEMP TABLE ${MARKED} AS ${periods}`);
  const values = rates.map((rate, index) => `(${literal(rate.import)}, ${index}, ${rate.since}, ${rate.until})`);
  const imports = await session.query(`SELECT gpu, "import" FROM ${MARKED} GROUP BY ALL ORDER BY ALL`);
  return {
    gpus: await session.query(GPU_TIMES),
    priced: values.length === 0 ? [] : await session.query(pricedTimes(values.join(', '))),
    memory: await session.query(idleMemory(stretches.memory)),
    pools: await session.query(poolTimes(stretches.poolTotal, stretches.poolUnallocated)),
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
