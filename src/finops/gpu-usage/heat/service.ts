import type { z } from 'zod';
import { type LakeRow, type LakeSession, quoteLiteral } from '../../../platform/lake/index.ts';
import { findHoldersById, findTimesWithin, isNobody, LEVELS } from '../../gpu-telemetry/index.ts';
import { type KnownTime, withKnownTime } from '../idle/known-time.ts';
import { findOwners } from '../owners/find-owners.ts';
import { groupItems } from '../owners/group.ts';
import type { OwnedDeps, OwnedTimes } from '../owners/service.ts';
import { toFigures } from '../owners/sum.ts';
import type { GpuHeatMap, GpuReadings, getGpuHeatMap, getGpuReadings } from './schema.ts';
import { buildSlots, type Slots } from './slots.ts';

const formatInstant = (ms: number) => new Date(ms).toISOString();

/** Slots of readings; null without readings. A reading belongs to the slot of its instant. */
async function readAxis(session: LakeSession, samples: string, most: number): Promise<Slots | null> {
  const [range] = await session.query(
    `SELECT epoch_ms(min("sampledAt"))::DOUBLE AS first, (epoch_ms(max("sampledAt")) + 1)::DOUBLE AS last,
      max("intervalMs")::DOUBLE AS width FROM ${samples}`,
  );
  if (typeof range?.first !== 'number') return null;
  return buildSlots({ start: range.first, end: Number(range.last) }, most, Number(range.width));
}

/**
 * Mean utilization by GPU and slot, of one page of the GPUs. Days without single readings are left out. `teams`: only slots in which
 * they alone held the GPU; null: all.
 */
export async function readGpuHeatMap(
  times: OwnedTimes,
  deps: OwnedDeps,
  query: z.infer<typeof getGpuHeatMap.query>,
  teams: readonly string[] | null,
): Promise<GpuHeatMap> {
  const { slots: most, limit, skip, ...asked } = query;
  const groups = groupItems((await times(asked, 'all')).items, 'gpu').filter(({ key }) => key !== null);
  const page = groups.slice(skip, skip + limit);
  const { axis, means } = await withKnownTime(deps, query, async (known) => {
    const samples = known.samples('utilization');
    const slots = await readAxis(known.session, samples, most);
    const gpus = page.map(({ key }) => key ?? '');
    return { axis: slots, means: slots === null ? null : await readMeans(known.session, samples, slots, gpus) };
  });
  const held = new Map<string, readonly Span[]>();
  if (teams !== null && axis !== null) {
    for (const { key } of page)
      held.set(key ?? '', await findOwnSpans(deps, key ?? '', { within: spanOf(axis), teams }));
  }
  return {
    start: axis === null ? null : formatInstant(axis.first),
    slotMs: axis?.slotMs ?? 0,
    gpuCount: groups.length,
    skip,
    rows: page.map(({ key, sum }) => {
      const { gpuHours, cost, idleShare } = toFigures(sum);
      const own = means?.get(key ?? '');
      const spans = teams === null ? null : (held.get(key ?? '') ?? []);
      const slots = Array.from({ length: axis?.count ?? 0 }, (_, slot) =>
        axis === null || !isWithinSpans(axis, slot, spans) ? null : (own?.[slot] ?? null),
      );
      return { gpu: key ?? '', gpuHours, cost, idleShare, means: slots };
    }),
  };
}

const buildSlotSql = ({ first, slotMs }: Slots) => `((epoch_ms("sampledAt") - ${first}) // ${slotMs})::INTEGER`;

async function readMeans(session: LakeSession, samples: string, axis: Slots, gpus: readonly string[]) {
  if (gpus.length === 0) return new Map<string, number[]>();
  const rows =
    await session.query(`SELECT gpu, ${buildSlotSql(axis)} AS slot, (sum("spanMs" * value) / sum("spanMs"))::DOUBLE AS mean
    FROM ${samples} WHERE gpu IN (${gpus.map(quoteLiteral).join(', ')}) GROUP BY ALL`);
  const byGpu = new Map<string, number[]>(gpus.map((gpu) => [gpu, []]));
  for (const { gpu, slot, mean } of rows) {
    const own = byGpu.get(String(gpu));
    // The last digits depend on the order of summation and are not visible in a colour.
    if (own !== undefined) own[Number(slot)] = Number(Number(mean).toFixed(4));
  }
  return byGpu;
}

const MOST_SPANS = 500;

/** Readings of one GPU, and its holders. `teams`: only the time in which they alone held it; null: all. */
export async function readGpuReadings(
  deps: OwnedDeps,
  query: z.infer<typeof getGpuReadings.query>,
  teams: readonly string[] | null,
): Promise<GpuReadings> {
  const { gpu } = query;
  const asked = { from: query.from, to: query.to, threshold: LEVELS.utilization };
  const { axis, rows } = await withKnownTime(deps, asked, (known) => readSlots(known, gpu, query.slots));
  if (axis === null) return { gpu, start: null, slotMs: 0, points: [], holders: [] };
  const all = await readHeldSpans(deps, gpu, spanOf(axis));
  const holders = teams === null ? all : all.filter(({ subject }) => teams.includes(subject?.team ?? ''));
  const spans = teams === null ? null : selectOwnSpans(all, teams);
  // A caller without its own GPU time does not learn when the GPU was read.
  if (spans?.length === 0) return { gpu, start: null, slotMs: 0, points: [], holders: [] };
  return {
    gpu,
    start: formatInstant(axis.first),
    slotMs: axis.slotMs,
    points: rows
      .filter((row) => isWithinSpans(axis, Number(row.slot), spans))
      .map((row) => ({
        start: formatInstant(axis.first + Number(row.slot) * axis.slotMs),
        meanUtilizationRatio: parseNumber(row, 'mean'),
        maxUtilizationRatio: parseNumber(row, 'most'),
        memoryBytes: parseNumber(row, 'bytes'),
      })),
    holders,
  };
}

type Span = { readonly start: number; readonly end: number };

const spanOf = ({ first, count, slotMs }: Slots): Span => ({ start: first, end: first + count * slotMs });

/** Whether all of a slot is within one of the spans; null: no limit. */
function isWithinSpans({ first, slotMs }: Slots, slot: number, spans: readonly Span[] | null): boolean {
  const start = first + slot * slotMs;
  return spans === null || spans.some((span) => span.start <= start && start + slotMs <= span.end);
}

async function findOwnSpans(
  deps: OwnedDeps,
  gpu: string,
  { within, teams }: { readonly within: Span; readonly teams: readonly string[] },
): Promise<Span[]> {
  return selectOwnSpans(await readHeldSpans(deps, gpu, within), teams);
}

/** Time in which only these teams held a GPU: their spans without those that another holder overlaps. */
function selectOwnSpans(holders: GpuReadings['holders'], teams: readonly string[]): Span[] {
  const spans = holders.map(({ start, end, subject }) => ({
    ...{ start: Date.parse(start), end: Date.parse(end) },
    isOwn: teams.includes(subject?.team ?? ''),
  }));
  const others = spans.filter(({ isOwn }) => !isOwn);
  return spans.filter(
    ({ isOwn, start, end }) => isOwn && !others.some((other) => other.start < end && start < other.end),
  );
}

async function readSlots({ session, samples }: KnownTime, gpu: string, most: number) {
  const own = (metric: 'utilization' | 'memory') =>
    `(SELECT * FROM ${samples(metric)} WHERE gpu = ${quoteLiteral(gpu)})`;
  const axis = await readAxis(session, own('utilization'), most);
  if (axis === null) return { axis, rows: [] };
  const slot = buildSlotSql(axis);
  const rows =
    await session.query(`SELECT slot, u.mean::DOUBLE AS mean, u.most::DOUBLE AS most, m.bytes::DOUBLE AS bytes
    FROM (SELECT ${slot} AS slot, sum("spanMs" * value) / sum("spanMs") AS mean, max(value) AS most FROM ${own('utilization')} GROUP BY 1) u
    FULL JOIN (SELECT ${slot} AS slot, max(value) AS bytes FROM ${own('memory')} GROUP BY 1) m USING (slot)
    WHERE slot >= 0 ORDER BY slot`);
  return { axis, rows };
}

function parseNumber(row: LakeRow, name: string): number | null {
  const value = row[name];
  return typeof value === 'number' ? value : null;
}

async function readHeldSpans(deps: OwnedDeps, gpu: string, within: { start: number; end: number }) {
  const times = (await findTimesWithin(deps.store, within, gpu)).slice(-MOST_SPANS);
  const holders = await findHoldersById(deps.store, [...new Set(times.map(({ holder }) => holder))]);
  const usage = await deps.usage(deps.store, within);
  const owners = await findOwners(deps, deps.store, { holders, usage, within });
  return times.flatMap(({ start, end, holder: id }): GpuReadings['holders'] => {
    const [holder, owner] = [holders.get(id), owners.get(id)];
    if (holder === undefined || owner === undefined) return [];
    const { namespace, pod, container, host, model: gpuModel } = holder;
    const { subject, reason } = owner;
    const kind = isNobody(holder) ? 'nobody' : subject === null ? 'unknown' : 'owner';
    const place = { host, gpuModel, namespace, pod, container };
    return [{ start: formatInstant(start), end: formatInstant(end), kind, subject, ...place, reason }];
  });
}
