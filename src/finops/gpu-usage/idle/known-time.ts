import type { JournaledTable } from '../../../platform/journal/index.ts';
import { type Lake, type LakeSession, quoteLiteral } from '../../../platform/lake/index.ts';
import type { Store } from '../../../platform/store/index.ts';
import { DAY_MS } from '../../../platform/units/durations.ts';
import {
  buildLiveSamplesSql,
  buildLiveStretchesSql,
  buildStretchSelect,
  type Device,
  findDevices,
  findRolledUpDays,
  GPU_SAMPLE,
  GPU_STRETCH,
  LEVELS,
  type LivePart,
  selectPartitions,
} from '../../gpu-telemetry/index.ts';
import type { GpuMetric } from '../../gpu-telemetry/schema.ts';
import type { Prices } from '../../prices/index.ts';

export interface KnownTimeDeps {
  readonly store: Store;
  readonly lake: Lake;
  /** Readings that are not in their days yet. */
  readonly recent: Pick<JournaledTable, 'read'>;
  readonly prices: Pick<Prices, 'of'>;
}

/** UTC days, the second exclusive; left out: all. */
export interface Days {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** On which days, and up to which utilization a GPU does nothing. */
export interface DaysAndLevel extends Days {
  readonly threshold: number;
}

/** All known GPU time, as FROM items of one session; it includes recent readings that are not in their days yet. */
export interface KnownTime {
  readonly session: LakeSession;
  /** Stretches: those of utilization at the requested threshold, the others at their own level. */
  readonly stretches: Readonly<Record<Exclude<GpuMetric, 'energy'>, string>>;
  /** Readings; days with stretches only have none. */
  samples(metric: 'utilization' | 'memory'): string;
  /** Readings of energy counters that are in their days, from the day before on; and the days without stored readings. */
  readonly energy: { readonly readings: string; readonly rolledUp: readonly string[] };
  /** Parts of GPUs, in sevenths: gpu, slices. All other GPUs are whole. */
  readonly weights: string;
  /** Days with stretches only. */
  readonly rolledUp: readonly string[];
  /**
   * `Lake.derive` where all of these items are lake files; otherwise there are recent readings, and the value is computed. The key of a
   * value is all that it is computed from: `inputs` are its statements, in order, and their parameters.
   */
  keep<T>(inputs: readonly string[], compute: () => Promise<T>): Promise<T>;
}

/**
 * Reads the known GPU time. Recent readings are read first: a reading that moves into its day in the meantime appears twice
 * and counts once.
 */
export async function withKnownTime<T>(
  { store, lake, recent }: KnownTimeDeps,
  asked: DaysAndLevel,
  use: (known: KnownTime) => Promise<T>,
): Promise<T> {
  const devices = await findDevices(store);
  return recent.read(async (relation, session) => {
    const [row] = await session.query(`SELECT count(*)::DOUBLE AS rows FROM ${relation}`);
    const live = Number(row?.rows ?? 0) === 0 ? null : { recent: relation, devices };
    const all = await lake.partitions(store, GPU_STRETCH);
    const ofDays = (table: typeof GPU_STRETCH, metric: GpuMetric) =>
      lake.relation(store, table, { partitions: selectPartitions(metric, all, asked) });
    const [utilization, memory] = [await ofDays(GPU_STRETCH, 'utilization'), await ofDays(GPU_STRETCH, 'memory')];
    const read = { utilization: await ofDays(GPU_SAMPLE, 'utilization'), memory: await ofDays(GPU_SAMPLE, 'memory') };
    const { from, to, threshold } = asked;
    const atLevel =
      threshold === LEVELS.utilization ? utilization : `(${buildStretchSelect(read.utilization, threshold)})`;
    const dayBefore = from === undefined ? undefined : new Date(Date.parse(from) - DAY_MS).toISOString().slice(0, 10);
    const counters = selectPartitions('energy', await lake.partitions(store, GPU_SAMPLE), { from: dayBefore, to });
    const isAsked = (day: string) => day >= (from ?? '') && (to === undefined || day < to);
    const part = (metric: GpuMetric, stretches: string, level: number): LivePart | null =>
      live === null ? null : { ...live, metric, stretches, level, from, to };
    const ofUtilization = part('utilization', atLevel, threshold);
    const ofMemory = part('memory', memory, LEVELS.memory);
    return use({
      session,
      keep: (inputs, compute) => (live === null ? lake.derive('gpu time', inputs, compute) : compute()),
      stretches: {
        utilization: buildUnionSql(atLevel, ofUtilization && buildLiveStretchesSql(ofUtilization)),
        memory: buildUnionSql(memory, ofMemory && buildLiveStretchesSql(ofMemory)),
        poolTotal: await ofDays(GPU_STRETCH, 'poolTotal'),
        poolUnallocated: await ofDays(GPU_STRETCH, 'poolUnallocated'),
      },
      samples: (metric) => {
        const recents = part(metric, metric === 'memory' ? memory : utilization, LEVELS[metric]);
        return buildUnionSql(read[metric], recents && buildLiveSamplesSql(recents));
      },
      weights: buildWeightsSql(devices, live?.recent ?? null),
      rolledUp: [...(await findRolledUpDays(store, lake, 'utilization'))].toSorted().filter(isAsked),
      energy: {
        readings: await lake.relation(store, GPU_SAMPLE, { partitions: counters }),
        rolledUp: [...(await findRolledUpDays(store, lake, 'energy'))].toSorted().filter(isAsked),
      },
    });
  });
}

function buildUnionSql(ofDays: string, recent: string | null): string {
  return recent === null ? ofDays : `(SELECT * FROM ${ofDays} UNION ALL BY NAME ${recent})`;
}

/** Parts of GPUs (MIG) count by their share of the compute. */
function buildWeightsSql(devices: readonly Device[], recent: string | null): string {
  const parts = devices.flatMap(({ gpu, slices }) => (slices === null ? [] : [`(${quoteLiteral(gpu)}, ${slices})`]));
  const known = parts.length === 0 ? NO_PARTS : `(SELECT * FROM (VALUES ${parts.join(', ')}) p(gpu, slices))`;
  if (recent === null) return known;
  const fresh = `SELECT gpu, slices FROM ${recent} WHERE slices IS NOT NULL`;
  return `(SELECT gpu, max(slices) AS slices FROM (FROM ${known} UNION ALL ${fresh}) GROUP BY gpu)`;
}

const NO_PARTS = '(SELECT NULL::VARCHAR AS gpu, NULL::INTEGER AS slices WHERE false)';
