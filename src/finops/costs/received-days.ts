import { DAY_MS } from '../../platform/units/durations.ts';
import { toMonthPeriod } from '../../platform/units/index.ts';
import type { DailyReach, SourceReach } from './daily-series.ts';

/** Time after the end of a day during which a cloud may still add charges to it. */
const LATE_MS = DAY_MS;
/** A source with charges on fewer days, such as one monthly fee, does not determine the last received day. */
const LEAST_CHARGED_DAYS = 4;
const MONTH_LENGTH = 'YYYY-MM'.length;

/** A source with fewer delivered days than the others, and its last complete day ("2026-10-31", UTC). */
export interface SourceBehind {
  readonly source: string;
  readonly through: string;
}

/** Last days that the bills cover ("2026-11-26", UTC). */
interface ReceivedDays {
  /** The last day that every source with a complete day in its month has delivered completely. */
  readonly through: string;
  /** The last day with any charge. */
  readonly chargedThrough: string;
  /** Sources without a complete day in the month of `through`, by name: totals up to that day lack their charges. */
  readonly behind: readonly SourceBehind[];
}

/**
 * The last complete charge day, and the sources that lack it. The last complete day of a source is its last day with a charge
 * (the end of the month, once it has delivered a later month), but no day that ended less than 24 hours before the production
 * of its delivery. Sources with charges on at least four days decide (all sources if there are none). The result is the
 * earliest last complete day of those sources that have a complete day in the latest month with a complete day of any source.
 * The other sources are behind, as is a source with a few fees and no bill of that month. Null without a charge.
 * Example: sources to 29 Nov, 26 Nov and 31 Oct -> through 26 Nov, charged through 29 Nov, behind: the one of 31 Oct.
 */
export function findReceivedDays({ sources }: Pick<DailyReach, 'sources'>): ReceivedDays | null {
  const reached = sources.map((source) => ({ ...source, whole: findLastWholeDay(source) }));
  const steady = reached.filter(isSteady);
  const deciding = steady.length > 0 ? steady : reached;
  const latest = deciding
    .map(({ whole }) => whole)
    .toSorted()
    .at(-1);
  const chargedThrough = sources
    .map(({ through }) => through)
    .toSorted()
    .at(-1);
  if (latest === undefined || chargedThrough === undefined) return null;
  const month = latest.slice(0, MONTH_LENGTH);
  const isBehind = (one: (typeof reached)[number]) =>
    deciding.includes(one) ? one.whole.slice(0, MONTH_LENGTH) < month : one.month < month;
  return {
    through: findEarliestDay(latest, ...deciding.filter((one) => !isBehind(one)).map(({ whole }) => whole)),
    chargedThrough,
    behind: reached
      .filter(isBehind)
      .map(({ source, whole }) => ({ source, through: whole }))
      .toSorted((one, other) => (one.source < other.source ? -1 : 1)),
  };
}

function isSteady({ chargedDays }: SourceReach): boolean {
  return chargedDays >= LEAST_CHARGED_DAYS;
}

function findLastWholeDay({ month, through, producedAt, isFollowed }: SourceReach): string {
  const reached = isFollowed ? getDayBefore(Date.parse(toMonthPeriod(month).end)) : through;
  return producedAt === null ? reached : findEarliestDay(getDayBefore(Date.parse(producedAt) - LATE_MS), reached);
}

function getDayBefore(at: number): string {
  return new Date(at - DAY_MS).toISOString().slice(0, 'YYYY-MM-DD'.length);
}

/** Earliest of days such as "2026-11-26". */
export function findEarliestDay(first: string, ...others: readonly string[]): string {
  return [first, ...others].toSorted()[0] ?? first;
}

/** Cost up to the last complete day, and on later days. */
export interface AmountToDate {
  readonly amount: string;
  /** Cost of later, incomplete days. */
  readonly later: string;
}
