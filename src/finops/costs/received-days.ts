import { monthPeriod } from '../../platform/units/index.ts';
import type { DailyReach, SourceReach } from './daily-series.ts';

const DAY_MS = 24 * 3_600_000;
/** A cloud may still add to a day for as long behind its end. */
const LATE_MS = DAY_MS;
/** A source that charges on fewer days, such as one fee a month, does not say how far bills reach. */
const LEAST_CHARGED_DAYS = 4;
const MONTH_LENGTH = 'YYYY-MM'.length;

/** A source that has not delivered as far as the others, and its last whole day ("2026-10-31", UTC). */
export interface SourceBehind {
  readonly source: string;
  readonly through: string;
}

/** How far bills reach, as days ("2026-11-26", UTC). */
interface ReceivedDays {
  /** The last day that every source with a whole day of its month has delivered whole. */
  readonly through: string;
  /** The last day with any charge. */
  readonly chargedThrough: string;
  /** Sources without a whole day of the month of `through`: totals to that day lack their charges. By name. */
  readonly behind: readonly SourceBehind[];
}

/**
 * The last charge day that has been received whole, and the sources that lack it. A source's last whole day is its last day with a
 * charge (the end of the month, once it has delivered a later one), but no day that ended less than 24 hours before its delivery was
 * made. Sources with charges on at least four days decide (all sources where none has): of those with a whole day in the latest
 * month of which any has one, the earliest last whole day. The others are behind, as is a source of a few fees without a bill of that
 * month. Null without a charge.
 * Example: sources to 29 Nov, 26 Nov and 31 Oct -> through 26 Nov, charged through 29 Nov, behind: the one of 31 Oct.
 */
export function receivedDays({ sources }: Pick<DailyReach, 'sources'>): ReceivedDays | null {
  const reached = sources.map((source) => ({ ...source, whole: wholeThrough(source) }));
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
    through: earliestDay(latest, ...deciding.filter((one) => !isBehind(one)).map(({ whole }) => whole)),
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

function wholeThrough({ month, through, producedAt, isFollowed }: SourceReach): string {
  const reached = isFollowed ? dayBefore(Date.parse(monthPeriod(month).end)) : through;
  return producedAt === null ? reached : earliestDay(dayBefore(Date.parse(producedAt) - LATE_MS), reached);
}

function dayBefore(at: number): string {
  return new Date(at - DAY_MS).toISOString().slice(0, 'YYYY-MM-DD'.length);
}

/** Of days as "2026-11-26". */
export function earliestDay(first: string, ...others: readonly string[]): string {
  return [first, ...others].toSorted()[0] ?? first;
}

/** Cost up to the last complete day, and on later days. */
export interface AmountToDate {
  readonly amount: string;
  /** Cost of later, incomplete days. */
  readonly later: string;
}
