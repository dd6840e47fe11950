import type { Subject } from '../../../org/schema.ts';
import type { Sql } from '../../../platform/store/index.ts';
import { DAY_MS } from '../../../platform/units/durations.ts';
import { decimal, decimalString, type Money } from '../../../platform/units/index.ts';
import { findHoldersById, findTimesWithin } from '../../gpu-telemetry/index.ts';
import { findOwners, type UsageOfGpus } from './find-owners.ts';
import type { Item } from './items.ts';
import { type Fraction, formatAmount } from './money.ts';
import { bucketNames } from './schema.ts';
import type { OwnedDeps, OwnedTimes } from './service.ts';

/** GPU time and cost of one run on one UTC day, as far as the GPUs were read. */
export interface RunGpuDay {
  /** YYYY-MM-DD, UTC. */
  readonly day: string;
  readonly run: string;
  /** Cost of the priced time, one amount per currency. */
  readonly costs: readonly Money[];
  /** Why a part of the time has no cost; empty when all of it has one. */
  readonly reasons: readonly string[];
  readonly priceSources: readonly string[];
  readonly devices: readonly RunDevice[];
}

interface RunDevice {
  readonly gpu: string;
  readonly host: string | null;
  readonly model: string | null;
  /** Decimal, at most 20 decimals. */
  readonly gpuHours: string;
}

/** Idle rules move time between buckets only: the cost of a run counts all of them. */
const AS_USUAL = { window: 30 * 60_000, threshold: 0, maxGap: 5 * 60_000 };

interface Days {
  readonly from: string;
  /** Exclusive. */
  readonly to: string;
}

/**
 * GPU time of runs by run and day, within UTC days. The run id comes from the holder, the workload or an owner rule. Time on
 * a machine or GPU that a usage interval of other work holds completely has a reason instead of a cost: it is metered there
 * already.
 */
export async function runGpuDays(times: OwnedTimes, deps: OwnedDeps, within: Days): Promise<RunGpuDay[]> {
  const { items } = await times({ ...AS_USUAL, ...within }, 'day');
  const ofRuns = items.filter(({ isFree, gpu, owner }) => !isFree && gpu !== null && owner.subject?.run !== undefined);
  if (ofRuns.length === 0) return [];
  const metered = await findMeteredElsewhere(deps, deps.store, within);
  const groups = Map.groupBy(ofRuns, ({ step, owner }) => buildRunDayKey(toDay(step), owner.subject?.run ?? ''));
  return [...groups].map(([key, own]) => buildRunDay(own, metered.get(key) ?? null));
}

const buildRunDayKey = (day: string, run: string) => `${day} ${run}`;
const toDay = (step: number) => new Date(step * DAY_MS).toISOString().slice(0, 'YYYY-MM-DD'.length);

function buildRunDay(items: readonly Item[], elsewhere: string | null): RunGpuDay {
  const [first] = items;
  if (first === undefined) throw new Error('a group has an item');
  const priced = elsewhere === null ? items.filter(({ units }) => units !== null) : [];
  const unpriced = items.filter(({ units }) => units === null);
  const reasons =
    elsewhere === null ? unpriced.map(({ reason }) => reason ?? 'its GPU time has no price') : [elsewhere];
  return {
    day: toDay(first.step),
    run: first.owner.subject?.run ?? '',
    costs: sumCosts(priced),
    reasons: [...new Set(reasons)].toSorted(),
    priceSources: [...new Set(priced.flatMap(({ priceSource }) => priceSource ?? []))].toSorted(),
    devices: sumDevices(items),
  };
}

function sumCosts(items: readonly Item[]): Money[] {
  const byCurrency = Map.groupBy(items, ({ currency }) => currency ?? '');
  return [...byCurrency]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, own]) => {
      const units = own.flatMap((item) => bucketNames.map((name) => item.units?.[name] ?? 0n));
      return { amount: formatAmount(units.reduce((sum, one) => sum + one, 0n)), currency };
    });
}

function sumDevices(items: readonly Item[]): RunDevice[] {
  const byDevice = Map.groupBy(items, ({ gpu, owner }) => JSON.stringify([gpu, owner.host, owner.gpuModel]));
  return [...byDevice.values()].flatMap((own): RunDevice[] => {
    const [first] = own;
    if (first === undefined || first.gpu === null) return [];
    const us = own.flatMap((item) => bucketNames.map((name) => item.us[name]));
    const gpuHours = toHours(
      us.reduce((sum, one) => sum + one, 0n),
      first.scale,
    );
    return [{ gpu: first.gpu, host: first.owner.host, model: first.owner.gpuModel, gpuHours }];
  });
}

function toHours(us: bigint, { over, under }: Fraction): string {
  const hours = decimal((us * over).toString()).dividedBy((under * 3_600_000_000n).toString());
  return decimalString(hours.toDecimalPlaces(20));
}

/**
 * By day and run: the reason why its GPU time has no price, if usage of other work holds the same GPU or its whole machine
 * at that time.
 */
async function findMeteredElsewhere(deps: OwnedDeps, sql: Sql, { from, to }: Days): Promise<Map<string, string>> {
  const span = { start: Date.parse(from), end: Date.parse(to) };
  const usage = await deps.usage(sql, span);
  const byResource = Map.groupBy(usage, ({ resourceId }) => findResourceIdentity(resourceId));
  byResource.delete('');
  const found = new Map<string, string>();
  if (byResource.size === 0) return found;
  const noted = await findTimesWithin(sql, span);
  const holders = await findHoldersById(sql, [...new Set(noted.map(({ holder }) => holder))]);
  const owners = await findOwners(deps, sql, { holders, usage, within: span });
  for (const { gpu, holder, start, end } of noted) {
    const { subject = null, host = null } = owners.get(holder) ?? {};
    if (subject?.run === undefined) continue;
    const machine = (byResource.get(findResourceIdentity(host)) ?? []).filter((one) => !isGpuResource(one.resource));
    const others = [...machine, ...(byResource.get(findResourceIdentity(gpu)) ?? [])].filter((one) =>
      isOther(one, subject),
    );
    for (const other of others) {
      const overlap = { start: Math.max(start, other.start, span.start), end: Math.min(end, other.end, span.end) };
      const reason = `usage of other work holds ${other.resourceId} in the same time, so that its GPU time is metered there`;
      for (const day of listDays(overlap)) found.set(buildRunDayKey(day, subject.run), reason);
    }
  }
  return found;
}

function findResourceIdentity(resourceId: string | null): string {
  return resourceId?.trim().toLowerCase() ?? '';
}

/** Usage of a GPU resource counts some GPUs of a machine; usage of any other resource holds the machine. */
function isGpuResource(resource: string): boolean {
  return /^gpu(:|$)/i.test(resource);
}

function isOther({ subject }: UsageOfGpus, { run }: Subject): boolean {
  return subject.run !== run;
}

function listDays({ start, end }: { readonly start: number; readonly end: number }): string[] {
  if (start >= end) return [];
  const first = Math.floor(start / DAY_MS);
  const last = Math.floor((end - 1) / DAY_MS);
  return Array.from({ length: last - first + 1 }, (_, index) => toDay(first + index));
}
