import { type Money, sumDecimals } from '../../../src/platform/units/schema.ts';
import type { Decision } from '../../../src/tradeoff/decisions/schema.ts';
import type { QualityTrend } from '../../../src/tradeoff/production-health/schema.ts';
import type { RecommendationList } from '../../../src/tradeoff/recommendations/schema.ts';
import { formatAbout, formatMoney } from '../format/money.ts';
import { counted, formatMeasure } from '../format/number.ts';
import { formatDay } from '../format/time.ts';

const DAY_MS = 86_400_000;
const PAST = { promote: 'promoted', hold: 'on hold', reject: 'rejected' } as const;
/** Versions that the trend of a model compares. */
const VERSIONS = 14;

/** A bar of a trend. */
export interface Bar {
  readonly key: string;
  /** Null: unknown, a gap. */
  readonly value: number | null;
  /** The bar as text: `1 Dec: 0.6707 of 2,883 predictions`. */
  readonly tip: string;
  /** True: outside the main series, such as a version that was not promoted. */
  readonly isQuiet?: boolean;
}

/** Quality of each day of the trend. */
export function listQualityBars({ from, through, days }: QualityTrend): Bar[] {
  const byDay = new Map(days.map((one) => [one.day, one]));
  return listSpan(from, through).map((day) => {
    const found = byDay.get(day);
    if (found === undefined) return { key: day, value: null, tip: `${formatDay(day)}: no measurement` };
    const estimated = found.estimated ? ' estimated' : '';
    const of = counted(found.predictions, 'prediction');
    return {
      key: day,
      value: found.value,
      tip: `${formatDay(day)}: ${formatMeasure(found.value)}${estimated} of ${of}`,
    };
  });
}

/** Missed saving of each day from the first to the last known one, with its sum; null: fewer than two days. */
export function readMissed({ saving, byDay }: RecommendationList['totals'][number]) {
  const [first, last] = [byDay[0], byDay.at(-1)];
  const currency = saving.monthly?.currency;
  if (first === undefined || last === undefined || first === last || currency === undefined) return null;
  const amounts = new Map(byDay.map(({ day, amount }) => [day, amount]));
  const bars = listSpan(first.day, last.day).map((day): Bar => {
    const amount = amounts.get(day);
    if (amount === undefined) return { key: day, value: null, tip: `${formatDay(day)}: not measured` };
    return { key: day, value: Number(amount), tip: `${formatDay(day)}: ${formatAbout({ amount, currency })}` };
  });
  const sum: Money = { amount: sumDecimals([...amounts.values()]), currency };
  return { bars, sum, days: byDay.length };
}

/**
 * Cost per month of the versions of a model, from the latest decision on each, oldest first, and the limit of the last
 * decision. Costs at another demand or in another currency are unlike: they are left out. Null: fewer than two costs.
 */
export function readVersionCosts(newestFirst: readonly Decision[]) {
  const latest = [...new Map(newestFirst.toReversed().map((one) => [one.version, one])).values()]
    .toSorted((one, other) => one.at.localeCompare(other.at))
    .slice(-VERSIONS);
  const costs = latest.map((decision) => ({ decision, check: findMonthlyCost(decision) }));
  const like = costs.findLast(({ check }) => check !== undefined)?.check;
  if (like === undefined) return null;
  const [currency = ''] = like.unit.split(' ');
  const bars = costs.map(({ decision: { version, verdict }, check }): Bar => {
    const isQuiet = verdict !== 'promote';
    const isLike = check?.unit === like.unit && readDemand(check) === readDemand(like) && check.basis === like.basis;
    if (!isLike || check.measured === null) {
      return {
        key: version,
        value: null,
        tip: `v${version}: no cost per month at this demand, ${PAST[verdict]}`,
        isQuiet,
      };
    }
    const cost = formatMoney({ amount: check.measured, currency });
    return {
      key: version,
      value: Number(check.measured),
      tip: `v${version}: ${cost} a month, ${PAST[verdict]}`,
      isQuiet,
    };
  });
  if (bars.filter(({ value }) => value !== null).length < 2) return null;
  const limit: Money | null = like.bound === null ? null : { amount: like.bound, currency };
  return { bars, limit };
}

function findMonthlyCost({ checks }: Decision) {
  return checks.find(({ name, measured }) => name === 'cost per month' && measured !== null);
}

function readDemand({ atDemand }: Decision['checks'][number]): number | null {
  return atDemand?.demand.predictionsPerMonth ?? null;
}

/** Every day from one to another, both included. */
function listSpan(from: string, through: string): string[] {
  const [start, end] = [Date.parse(from), Date.parse(through)];
  const count = Math.round((end - start) / DAY_MS) + 1;
  return Array.from({ length: count }, (_, index) =>
    new Date(start + index * DAY_MS).toISOString().slice(0, 'YYYY-MM-DD'.length),
  );
}
