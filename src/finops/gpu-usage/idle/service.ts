import type { LakeRow } from '../../../platform/lake/index.ts';
import { quoteLiteral } from '../../../platform/lake/index.ts';
import { findSourcePrices, type ImportPrice, importPrices, LEVELS } from '../../gpu-telemetry/index.ts';
import { type KnownEnergy, readEnergy } from './energy.ts';
import { type KnownTime, type KnownTimeDeps, withKnownTime } from './known-time.ts';
import {
  buildIdleMemorySql,
  buildPeriodsSelect,
  buildPoolTimesSql,
  buildPricedTimesSql,
  GPU_TIMES,
  MARKED,
} from './periods-sql.ts';
import { type Rates, readRates } from './rates.ts';
import { buildIdleReport, type MeasuredTimes } from './report.ts';
import type { GpuIdle, IdleQuery } from './schema.ts';

/** Idle time of all GPUs with readings. It uses the roll-up of low stretches; a different threshold is evaluated on the single readings. */
export async function readGpuIdle(deps: KnownTimeDeps, query: IdleQuery): Promise<GpuIdle> {
  const rates = await readKnownRates(deps);
  const [times, energy, leftOut] = await withKnownTime(deps, query, async (known) => {
    const byReadings = query.threshold !== LEVELS.utilization;
    const measured = await measure(known, rates, query);
    const gpus = measured.gpus.map(({ gpu }) => String(gpu));
    return [measured, await readEnergyWithin(known, query, gpus), byReadings ? known.rolledUp : []] as const;
  });
  return buildIdleReport(query, rates, { ...times, energy }, leftOut);
}

function readEnergyWithin(
  { session, energy: { readings, rolledUp } }: KnownTime,
  { from, to }: Pick<IdleQuery, 'from' | 'to'>,
  gpus: readonly string[],
): Promise<KnownEnergy> {
  const instant = (day: string | undefined) => (day === undefined ? null : Date.parse(day));
  // A part of a GPU (MIG) has no separate counter.
  const whole = [...new Set(gpus.map((gpu) => gpu.split('/')[0] ?? gpu))];
  return readEnergy(session, { readings, rolledUp, from: instant(from), to: instant(to), gpus: whole });
}

/** Prices of readings from files and from sources. */
export async function findKnownPrices({ store }: KnownTimeDeps): Promise<ImportPrice[]> {
  return [...(await importPrices(store)), ...(await findSourcePrices(store))];
}

export async function readKnownRates(deps: KnownTimeDeps): Promise<Rates> {
  return readRates(deps.store, deps.prices, await findKnownPrices(deps));
}

/** Marks the stretches of utilization in a temporary table of the session, and measures the time of each GPU. */
async function markStretches(known: KnownTime, query: Pick<IdleQuery, 'window' | 'maxGap'>): Promise<LakeRow[]> {
  await known.session.query(buildMarkSql(known, query));
  return known.session.query(GPU_TIMES);
}

/** Statement that marks the stretches of utilization in the temporary table `MARKED`. */
export function buildMarkSql(
  { stretches, weights }: Pick<KnownTime, 'stretches' | 'weights'>,
  { window: windowMs, maxGap: maxGapMs }: Pick<IdleQuery, 'window' | 'maxGap'>,
): string {
  const periods = buildPeriodsSelect(stretches.utilization, { windowMs, maxGapMs, weights });
  return `CREATE OR REPLACE TEMP TABLE ${MARKED} AS ${periods}`;
}

async function measure(known: KnownTime, { rates, reasons }: Rates, query: IdleQuery): Promise<MeasuredTimes> {
  const { session, stretches } = known;
  const gpus = await markStretches(known, query);
  const values = rates.map((rate, index) => `(${quoteLiteral(rate.import)}, ${index}, ${rate.since}, ${rate.until})`);
  const imports = await session.query(`SELECT gpu, "import" FROM ${MARKED} GROUP BY ALL ORDER BY ALL`);
  return {
    gpus,
    priced: values.length === 0 ? [] : await session.query(buildPricedTimesSql(values.join(', '))),
    memory: await session.query(buildIdleMemorySql(stretches.memory)),
    pools: await session.query(buildPoolTimesSql(stretches.poolTotal, stretches.poolUnallocated)),
    reasons: groupReasons(imports, reasons),
  };
}

/** Why time of a GPU may have no price. */
function groupReasons(rows: readonly LakeRow[], reasons: Rates['reasons']): ReadonlyMap<string, string | null> {
  const byGpu = new Map<string, string | null>();
  for (const { gpu, import: id } of rows) {
    const reason = reasons.get(String(id)) ?? null;
    if (reason !== null || !byGpu.has(String(gpu))) byGpu.set(String(gpu), reason);
  }
  return byGpu;
}
