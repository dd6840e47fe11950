import type { z } from 'zod';
import type { IsVisibleSubject } from '../../org/index.ts';
import type { Subject } from '../../org/schema.ts';
import { AppError } from '../../platform/errors/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { decimal, decimalString, sumDecimals } from '../../platform/units/index.ts';
import { toUsedPrice } from '../prices/index.ts';
import type { UsedPrice } from '../prices/schema.ts';
import { clipUsages, type MeteredUsage, type MeteringDeps, priceUsage, requireOneCurrency } from './priced-usage.ts';
import { moveRunningTotals } from './running-totals.ts';
import type { MeteredTotal, UsageInterval } from './schema.ts';
import { findUsage, findUsageById, putUsage, type StoredUsage } from './store.ts';

/** An interval that ends this far after our clock is an error of the sender's clock or time zone. */
const CLOCK_SKEW_MS = 24 * 3_600_000;

export async function record(deps: MeteringDeps, sql: Sql, intervals: readonly UsageInterval[]): Promise<number> {
  const now = deps.clock.now();
  const before = await findUsageById(
    sql,
    intervals.map(({ usage }) => usage),
  );
  const after = new Map<string, StoredUsage>();
  for (const interval of intervals) {
    const [start, end] = [Date.parse(interval.period.start), Date.parse(interval.period.end)];
    if (end > now + CLOCK_SKEW_MS) {
      const detail = `Usage "${interval.usage}" ends at ${interval.period.end}, in the future. Send it when it has ended.`;
      throw new AppError('usage_interval_invalid', detail, { usage: interval.usage });
    }
    if (interval.benchmark !== undefined && interval.subject.endpoint !== undefined) {
      const detail = `Usage "${interval.usage}" has "benchmark" and names endpoint "${interval.subject.endpoint}". Leave one of them out: what an endpoint serves is no benchmark.`;
      throw new AppError('usage_interval_invalid', detail, { usage: interval.usage });
    }
    const stored: StoredUsage = {
      id: interval.usage,
      subject: interval.subject,
      resource: interval.resource,
      resourceId: interval.resourceId ?? null,
      quantity: decimalString(interval.quantity),
      price: interval.price ?? null,
      start,
      end,
      predictions: interval.predictions ?? null,
      benchmark: interval.benchmark ?? null,
      origin: interval.origin,
      recordedAt: new Date(now).toISOString(),
    };
    await putUsage(sql, stored);
    after.set(stored.id, stored);
  }
  await moveRunningTotals(deps, sql, { before, after: [...after.values()] });
  await appendRecorded(deps, sql, intervals, before);
  return intervals.length;
}

/** Emits `usage.recorded` with the affected runs and the affected time, before and after the change. */
async function appendRecorded(
  deps: MeteringDeps,
  sql: Sql,
  intervals: readonly UsageInterval[],
  before: readonly Pick<StoredUsage, 'subject' | 'start' | 'end'>[],
): Promise<void> {
  const runs = new Set([...before, ...intervals].flatMap(({ subject }) => subject.run ?? []));
  const starts = [...before.map(({ start }) => start), ...intervals.map(({ period }) => Date.parse(period.start))];
  const ends = [...before.map(({ end }) => end), ...intervals.map(({ period }) => Date.parse(period.end))];
  await deps.events.append(sql, {
    type: 'usage.recorded',
    subject: `usage:${intervals[0]?.usage ?? ''}`,
    payload: {
      runs: [...runs].toSorted(),
      start: new Date(Math.min(...starts)).toISOString(),
      end: new Date(Math.max(...ends)).toISOString(),
    },
  });
}

/** A total with the price books behind it, for evidence. */
export interface MeteredTotalWithBooks extends z.infer<typeof MeteredTotal> {
  /** `name@version` of the price books behind it, sorted. */
  readonly priceBooks: readonly string[];
}

/** Metered cost of a subject; intervals are clipped to `within` when it is given. `isVisible`: only of these subjects. */
export async function readMeteredTotal(
  deps: MeteringDeps,
  sql: Sql,
  subject: Subject,
  {
    within,
    isVisible,
  }: {
    readonly within?: { readonly start: number; readonly end: number } | undefined;
    readonly isVisible?: IsVisibleSubject;
  } = {},
): Promise<MeteredTotalWithBooks> {
  const all = await findUsage(sql, { subject, ...(within === undefined ? {} : { within }) });
  const found: StoredUsage[] = [];
  for (const usage of all) if (isVisible === undefined || (await isVisible(usage.subject))) found.push(usage);
  return sumPricedUsage(await priceUsage(deps, sql, within === undefined ? found : clipUsages(found, within)));
}

/** total = to runs + to others, exactly, in each currency. Intervals without a price are counted, not summed. */
export interface MeteredRuns {
  readonly totals: readonly { currency: string; total: string; toRuns: string; toOthers: string }[];
  readonly unpricedIntervals: number;
}

/** Metered cost within a window, split into runs and all other usage. */
export async function readMeteredRuns(
  deps: MeteringDeps,
  sql: Sql,
  within: { readonly start: number; readonly end: number },
): Promise<MeteredRuns> {
  const found = await findUsage(sql, { subject: {}, within });
  const priced = await priceUsage(deps, sql, clipUsages(found, within));
  const costs = priced.flatMap(({ usage, metered: { cost } }) =>
    cost === null ? [] : [{ ...cost, isRun: usage.subject.run !== undefined }],
  );
  const sum = (group: typeof costs) => sumDecimals(group.map(({ amount }) => amount));
  const totals = [...Map.groupBy(costs, ({ currency }) => currency)].map(([currency, group]) => ({
    currency,
    total: sum(group),
    toRuns: sum(group.filter(({ isRun }) => isRun)),
    toOthers: sum(group.filter(({ isRun }) => !isRun)),
  }));
  return {
    totals: totals.toSorted((a, b) => (a.currency < b.currency ? -1 : 1)),
    unpricedIntervals: priced.length - costs.length,
  };
}

function sumPricedUsage(priced: readonly MeteredUsage[]): MeteredTotalWithBooks {
  const costs = priced.flatMap(({ metered }) => (metered.cost === null ? [] : [metered.cost]));
  const currency = requireOneCurrency([...new Set(costs.map((cost) => cost.currency))]);
  const unpriced = priced.filter(({ metered }) => metered.cost === null);
  const counted = priced.flatMap(({ usage }) => (usage.predictions === null ? [] : [usage.predictions]));
  const starts = priced.map(({ usage }) => usage.start);
  const ends = priced.map(({ usage }) => usage.end);
  return {
    cost: currency === null ? null : { amount: sumDecimals(costs.map((cost) => cost.amount)), currency },
    pricedIntervals: costs.length,
    unpricedIntervals: unpriced.length,
    unpricedResources: [...new Set(unpriced.map(({ usage }) => usage.resource))].toSorted(),
    hours: sumDecimals(priced.map(({ hours }) => hours)),
    predictions: counted.length === 0 ? null : counted.reduce((sum, count) => sum + count, 0),
    period:
      priced.length === 0
        ? null
        : { start: new Date(Math.min(...starts)).toISOString(), end: new Date(Math.max(...ends)).toISOString() },
    prices: listUsedPrices(priced),
    priceBooks: [...new Set(priced.flatMap(({ metered }) => metered.prices.map((price) => price.book)))].toSorted(),
  };
}

/** The prices behind the priced intervals, each once and as old as at the end of the last one. */
export function listUsedPrices(priced: readonly MeteredUsage[]): UsedPrice[] {
  const used = priced
    .filter(({ metered }) => metered.cost !== null)
    .flatMap(({ usage, metered }) => metered.prices.map((price) => toUsedPrice(price, usage.resource, usage.end)));
  const keyOf = (price: UsedPrice) => [price.resource, price.effectiveFrom, price.book, price.price.amount].join(' ');
  const oldest = new Map<string, UsedPrice>();
  for (const price of used.toSorted((a, b) => (a.ageDays ?? 0) - (b.ageDays ?? 0))) oldest.set(keyOf(price), price);
  return [...oldest].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, price]) => price);
}

/** Cost per 1,000 predictions: cost / predictions x 1,000, rounded half-even to 20 decimals. */
export function computeCostPerThousand(cost: string, predictions: number): string {
  return decimalString(decimal(cost).times(1000).dividedBy(predictions).toDecimalPlaces(20));
}
