import type { z } from 'zod';
import { type LakeRow, literal } from '../../../platform/lake/index.ts';
import { isNobody } from '../holders/holding.ts';
import { holdersById, timesWithin } from '../holders/store.ts';
import { findOwners } from '../owners/find-owners.ts';
import { groupsOf } from '../owners/group.ts';
import type { OwnedDeps, OwnedTimes } from '../owners/service.ts';
import { figuresOf } from '../owners/sum.ts';
import type { GpuMetric } from '../telemetry/schema.ts';
import { GPU_SAMPLE, partitionsOf } from '../telemetry/tables.ts';
import type { GpuHeatMap, GpuReadings, getGpuHeatMap, getGpuReadings } from './schema.ts';
import { type Slots, slotsOf } from './slots.ts';

interface Days {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

const instant = (ms: number) => new Date(ms).toISOString();

/** Relation of the readings of a metric. */
async function samplesOf({ store, lake }: OwnedDeps, metric: GpuMetric, days: Days): Promise<string> {
  const all = await lake.partitions(store, GPU_SAMPLE);
  return lake.relation(store, GPU_SAMPLE, { partitions: partitionsOf(metric, all, days) });
}

/** Slots of readings; null where there are none. A reading belongs to the slot in which it was taken. */
async function axisOf({ lake }: OwnedDeps, samples: string, most: number): Promise<Slots | null> {
  const [range] = await lake.query(
    `SELECT epoch_ms(min("sampledAt"))::DOUBLE AS first, (epoch_ms(max("sampledAt")) + 1)::DOUBLE AS last,
      max("intervalMs")::DOUBLE AS width FROM ${samples}`,
  );
  if (typeof range?.first !== 'number') return null;
  return slotsOf({ start: range.first, end: Number(range.last) }, most, Number(range.width));
}

/** Mean utilization by GPU and slot, of one page of the GPUs. */
export async function gpuHeatMap(
  times: OwnedTimes,
  deps: OwnedDeps,
  query: z.infer<typeof getGpuHeatMap.query>,
): Promise<GpuHeatMap> {
  const { slots: most, limit, skip, ...asked } = query;
  const samples = await samplesOf(deps, 'utilization', query);
  const axis = await axisOf(deps, samples, most);
  const groups = groupsOf((await times(asked, 'all')).items, 'gpu').filter(({ key }) => key !== null);
  const page = groups.slice(skip, skip + limit);
  const means =
    axis === null
      ? new Map<string, number[]>()
      : await meansOf(
          deps,
          samples,
          axis,
          page.map(({ key }) => key ?? ''),
        );
  return {
    start: axis === null ? null : instant(axis.first),
    slotMs: axis?.slotMs ?? 0,
    gpuCount: groups.length,
    skip,
    rows: page.map(({ key, sum }) => {
      const { gpuHours, cost, idleShare } = figuresOf(sum);
      const own = means.get(key ?? '');
      const slots = Array.from({ length: axis?.count ?? 0 }, (_, slot) => own?.[slot] ?? null);
      return { gpu: key ?? '', gpuHours, cost, idleShare, means: slots };
    }),
  };
}

const slotSql = ({ first, slotMs }: Slots) => `((epoch_ms("sampledAt") - ${first}) // ${slotMs})::INTEGER`;

async function meansOf({ lake }: OwnedDeps, samples: string, axis: Slots, gpus: readonly string[]) {
  if (gpus.length === 0) return new Map<string, number[]>();
  const rows =
    await lake.query(`SELECT gpu, ${slotSql(axis)} AS slot, (sum("spanMs" * value) / sum("spanMs"))::DOUBLE AS mean
    FROM ${samples} WHERE gpu IN (${gpus.map(literal).join(', ')}) GROUP BY ALL`);
  const byGpu = new Map<string, number[]>(gpus.map((gpu) => [gpu, []]));
  for (const { gpu, slot, mean } of rows) {
    const own = byGpu.get(String(gpu));
    // The last digits depend on the order of summing; nobody reads them from a colour.
    if (own !== undefined) own[Number(slot)] = Number(Number(mean).toFixed(4));
  }
  return byGpu;
}

const MOST_SPANS = 500;

/** What one GPU did, and who held it. */
export async function gpuReadings(deps: OwnedDeps, query: z.infer<typeof getGpuReadings.query>): Promise<GpuReadings> {
  const { gpu } = query;
  const of = `gpu = ${literal(gpu)}`;
  const utilization = `(SELECT * FROM ${await samplesOf(deps, 'utilization', query)} WHERE ${of})`;
  const axis = await axisOf(deps, utilization, query.slots);
  if (axis === null) return { gpu, start: null, slotMs: 0, points: [], holders: [] };
  const memory = `(SELECT * FROM ${await samplesOf(deps, 'memory', query)} WHERE ${of})`;
  const rows =
    await deps.lake.query(`SELECT slot, u.mean::DOUBLE AS mean, u.most::DOUBLE AS most, m.bytes::DOUBLE AS bytes
    FROM (SELECT ${slotSql(axis)} AS slot, sum("spanMs" * value) / sum("spanMs") AS mean, max(value) AS most FROM ${utilization} GROUP BY 1) u
    FULL JOIN (SELECT ${slotSql(axis)} AS slot, max(value) AS bytes FROM ${memory} GROUP BY 1) m USING (slot)
    WHERE slot >= 0 ORDER BY slot`);
  return {
    gpu,
    start: instant(axis.first),
    slotMs: axis.slotMs,
    points: rows.map((row) => ({
      start: instant(axis.first + Number(row.slot) * axis.slotMs),
      meanUtilizationRatio: numberOf(row, 'mean'),
      maxUtilizationRatio: numberOf(row, 'most'),
      memoryBytes: numberOf(row, 'bytes'),
    })),
    holders: await heldSpans(deps, gpu, { start: axis.first, end: axis.first + axis.count * axis.slotMs }),
  };
}

function numberOf(row: LakeRow, name: string): number | null {
  const value = row[name];
  return typeof value === 'number' ? value : null;
}

async function heldSpans(deps: OwnedDeps, gpu: string, within: { start: number; end: number }) {
  const times = (await timesWithin(deps.store, within, gpu)).slice(-MOST_SPANS);
  const holders = await holdersById(deps.store, [...new Set(times.map(({ holder }) => holder))]);
  const usage = await deps.usage(deps.store, within);
  const owners = await findOwners(deps, deps.store, { holders, usage, within });
  return times.flatMap(({ start, end, holder: id }): GpuReadings['holders'] => {
    const [holder, owner] = [holders.get(id), owners.get(id)];
    if (holder === undefined || owner === undefined) return [];
    const { namespace, pod, container, host, model: gpuModel } = holder;
    const { subject, reason } = owner;
    const kind = isNobody(holder) ? 'nobody' : subject === null ? 'unknown' : 'owner';
    const place = { host, gpuModel, namespace, pod, container };
    return [{ start: instant(start), end: instant(end), kind, subject, ...place, reason }];
  });
}
