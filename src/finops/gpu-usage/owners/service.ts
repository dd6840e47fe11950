import type { z } from 'zod';
import { createOpenedOnce } from '../../../platform/concurrency/index.ts';
import type { LakeRow } from '../../../platform/lake/index.ts';
import { decimal, formatMoneyText } from '../../../platform/units/index.ts';
import {
  findHoldersById,
  findTimesWithin,
  type Holder,
  isNobody,
  replaceTimes,
  type TimeOfGpu,
} from '../../gpu-telemetry/index.ts';
import { type KnownTime, type KnownTimeDeps, withKnownTime } from '../idle/known-time.ts';
import { computeCommonLoss } from '../idle/loss.ts';
import { GPU_TIMES, MARKED } from '../idle/periods-sql.ts';
import type { Rates } from '../idle/rates.ts';
import { buildMarkSql, readKnownRates } from '../idle/service.ts';
import { type Cell, rowToCell } from './cells.ts';
import { findOwners, findOwnersOfPools, type OwnerDeps, type Span, type UsageOfGpus } from './find-owners.ts';
import { buildItems, type Item } from './items.ts';
import { type Fraction, parseFraction } from './money.ts';
import type { Owner } from './owner.ts';
import {
  buildFreePoolTimesSql,
  buildPartMemorySql,
  buildPartTimesSql,
  buildUsedSql,
  cutStretches,
  loadTimes,
  type SetTime,
  type Statement,
  type StepWidth,
  UNKNOWN_SET,
} from './parts-sql.ts';
import { buildItemsOfPools } from './pool-items.ts';
import type { getGpuOutcomes } from './schema.ts';
import { buildSegments } from './segments.ts';
import { completeRates, type WholeRate } from './whole-rates.ts';

export type OwnedDeps = KnownTimeDeps & OwnerDeps;
export type OwnedQuery = z.infer<typeof getGpuOutcomes.query>;

/** Input of all sums by owner. */
export interface OwnedTime {
  readonly items: readonly Item[];
  /** Null without readings. */
  readonly span: Span | null;
}

/** GPU time with its owners and its cost; of one team if the query names one. */
export type OwnedTimes = (query: OwnedQuery, step: StepWidth) => Promise<OwnedTime>;

/** Concurrent identical queries, such as those of the cards of one page, share one computation. */
export function createOwnedTimes(deps: () => OwnedDeps): OwnedTimes {
  const underWay = new Map<string, Promise<OwnedTime>>();
  return async ({ team, window, threshold, maxGap, from, to }, step) => {
    const key = JSON.stringify([window, threshold, maxGap, from, to, step]);
    const asked = underWay.get(key) ?? readOwnedTime(deps(), { window, threshold, maxGap, from, to }, step);
    underWay.set(key, asked);
    return selectTeam(await asked.finally(() => underWay.delete(key)), team);
  };
}

/** The same without sharing. A stored result must not come from a computation that began before the last change. */
export function createFreshTimes(deps: () => OwnedDeps): OwnedTimes {
  return async ({ team, ...query }, step) => selectTeam(await readOwnedTime(deps(), query, step), team);
}

/** The same for a caller who sees the time of some teams only. Null: all of it. */
export function limitTimes(times: OwnedTimes, teams: readonly string[] | null): OwnedTimes {
  if (teams === null) return times;
  return async (query, step) => {
    const { items, span } = await times(query, step);
    return { items: items.filter(({ owner }) => teams.includes(owner.subject?.team ?? '')), span };
  };
}

function selectTeam({ items, span }: OwnedTime, team: string | undefined): OwnedTime {
  return { items: items.filter(({ owner }) => team === undefined || owner.subject?.team === team), span };
}

/** GPU time of all readings, split by holder, with its cost. */
async function readOwnedTime(deps: OwnedDeps, query: OwnedQuery, step: StepWidth): Promise<OwnedTime> {
  const rates = await readKnownRates(deps);
  const whole = completeRates(rates);
  return withKnownTime(deps, query, async (known) => {
    const marking = buildMarkSql(known, query);
    const mark = createOpenedOnce(() => known.session.query(marking));
    const readMarked = (sql: string) =>
      known.keep([marking, sql], async () => {
        await mark.get();
        return known.session.query(sql);
      });
    const measured = await readMarked(GPU_TIMES);
    const told = await readHolderTimes(deps, await readMarked(MARKED_SPANS));
    const cells = told === null ? [] : await readCells(known, { marking, mark: mark.get, whole, told, step });
    const items =
      told === null
        ? []
        : buildItems({ ...(await readPricing(deps, told)), cells, rates: whole, scale: computeScale(measured) });
    return { items: [...items, ...(await readPoolItems(deps, known, rates, step))], span: told?.span ?? null };
  });
}

const MARKED_SPANS = `SELECT gpu, min(s)::DOUBLE AS first, max(e)::DOUBLE AS last FROM ${MARKED} GROUP BY gpu ORDER BY gpu`;

/** Free GPU time of pools, with owners from the rules. */
async function readPoolItems(
  deps: OwnedDeps,
  { session, stretches, keep }: KnownTime,
  rates: Rates,
  step: StepWidth,
): Promise<Item[]> {
  const sql = buildFreePoolTimesSql(stretches.poolTotal, stretches.poolUnallocated, step);
  const rows = await keep([sql], () => session.query(sql));
  const pools = new Set(rows.map(({ pool }) => String(pool)));
  return buildItemsOfPools(rows, rates, await findOwnersOfPools(deps, deps.store, pools));
}

interface HolderTimes {
  readonly span: Span;
  readonly times: readonly SetTime[];
  /** For each set: the digests of its holders. */
  readonly sets: readonly (readonly string[])[];
  readonly owners: ReadonlyMap<string, Owner>;
}

/** Known holders of the GPUs with readings; null without readings. */
async function readHolderTimes(deps: OwnedDeps, marked: readonly LakeRow[]): Promise<HolderTimes | null> {
  if (marked.length === 0) return null;
  const gpus = marked.map(({ gpu }) => String(gpu));
  const span = {
    start: marked.reduce((least, { first }) => Math.min(least, Number(first)), Number.POSITIVE_INFINITY),
    end: marked.reduce((most, { last }) => Math.max(most, Number(last)), 0),
  };
  const usage = await deps.usage(deps.store, span);
  const noted = await findTimesWithin(deps.store, span);
  const metered = buildMeteredTimes(gpus, usage);
  const times = addMeteredTimes(noted, metered.times);
  const kept = await findHoldersById(deps.store, [...new Set(noted.map(({ holder }) => holder))]);
  const holders = new Map([...kept, ...metered.holders]);
  const owners = await findOwners(deps, deps.store, { holders, usage, within: span });
  const { segments, sets } = buildSegments(times, holders);
  const isFree = sets.map((ids) => ids.every((id) => isNobodys(holders.get(id))));
  const numbered = segments.map(({ set, ...segment }) => ({
    ...segment,
    held: isFree[set] === true ? UNKNOWN_SET - 1 - set : set,
  }));
  return { span, times: numbered, sets, owners };
}

function isNobodys(holder: Holder | undefined): boolean {
  return holder !== undefined && isNobody(holder);
}

interface MeteredTimes {
  readonly times: ReadonlyMap<string, readonly TimeOfGpu[]>;
  readonly holders: ReadonlyMap<string, Holder>;
}

/** Usage with a single GPU as its resource. Usage of a machine does not identify its GPU. */
function buildMeteredTimes(gpus: readonly string[], usage: readonly UsageOfGpus[]): MeteredTimes {
  const named = new Map(gpus.map((gpu) => [gpu.toLowerCase(), gpu]));
  const times = new Map<string, TimeOfGpu[]>();
  const holders = new Map<string, Holder>();
  for (const { resourceId, subject, start, end } of usage) {
    const gpu = named.get(resourceId?.trim().toLowerCase() ?? '');
    if (gpu === undefined) continue;
    const id = `usage ${JSON.stringify(Object.entries(subject).toSorted())}`;
    holders.set(id, { host: null, model: null, namespace: null, pod: null, container: null, pid: null, subject });
    times.set(gpu, [...(times.get(gpu) ?? []), { gpu, start, end, holder: id }]);
  }
  return { times, holders };
}

/** Recorded holders of a GPU override those from its usage. */
function addMeteredTimes(noted: readonly TimeOfGpu[], metered: MeteredTimes['times']): TimeOfGpu[] {
  if (metered.size === 0) return [...noted];
  const byGpu = Map.groupBy(noted, ({ gpu }) => gpu);
  for (const [gpu, times] of metered) {
    byGpu.set(
      gpu,
      replaceTimes(times, byGpu.get(gpu) ?? []).map((time) => ({ ...time, gpu })),
    );
  }
  return [...byGpu.values()].flat();
}

interface Cutting {
  /** Statement that `mark` runs once, before the others. */
  readonly marking: string;
  mark(): Promise<unknown>;
  readonly whole: readonly WholeRate[];
  readonly told: HolderTimes;
  readonly step: StepWidth;
}

async function readCells(
  { session, samples, stretches, rolledUp, keep }: KnownTime,
  { marking, mark, whole, told, step }: Cutting,
): Promise<Cell[]> {
  const rates = whole.map(({ since, until, ...rate }, index) => `('${rate.import}', ${index}, ${since}, ${until})`);
  const statements: Statement[] = [
    ...loadTimes(told.times),
    ...[
      ...cutStretches(rates.join(', ')),
      buildUsedSql(samples('utilization'), rolledUp),
      buildPartMemorySql(stretches.memory),
    ].map((sql) => ({ sql })),
  ];
  const parts = buildPartTimesSql(step);
  const inputs = statements.flatMap(({ sql, parameters = [] }) => [sql, ...parameters]);
  const rows = await keep([marking, ...inputs, parts], async () => {
    await mark();
    for (const { sql, parameters } of statements) await session.query(sql, parameters);
    return session.query(parts);
  });
  return rows.map(rowToCell);
}

function computeScale(gpus: readonly LakeRow[]): Fraction {
  const known = gpus.map((row) => ({ ms: BigInt(String(row.ms)), lostMs: BigInt(String(row.lostMs)) }));
  const loss = computeCommonLoss(known);
  return { over: loss.ms + loss.lostMs, under: loss.ms };
}

/** Price ratios of reconciled runs, and owners of sets. */
async function readPricing(deps: OwnedDeps, { sets, owners }: HolderTimes) {
  const runs = [...new Set([...owners.values()].flatMap(({ subject }) => subject?.run ?? []))];
  const reconciled = await deps.work.reconciledRuns(deps.store, runs);
  const ratios = new Map(
    [...reconciled].flatMap(([run, { metered, reconciled: billed }]) => {
      const isUsable = metered.currency === billed.currency && decimal(metered.amount).greaterThan(0);
      if (!isUsable) return [];
      const ratio = divideFractions(parseFraction(billed.amount), parseFraction(metered.amount));
      const source = `reconciled: the bill has ${formatMoneyText(billed)} for run ${run}, metered at ${formatMoneyText(metered)}`;
      return [[run, { ratio, source, currency: billed.currency }] as const];
    }),
  );
  return {
    sets: sets.map((ids) => ids.flatMap((id) => owners.get(id) ?? [])),
    ratioOf: ({ subject }: Owner) => ratios.get(subject?.run ?? '') ?? null,
  };
}

function divideFractions(a: Fraction, b: Fraction): Fraction {
  return { over: a.over * b.under, under: a.under * b.over };
}
