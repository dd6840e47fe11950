import type { DailyReach, SourceReach } from './daily-series.ts';

const DAY_MS = 24 * 3_600_000;
/** A cloud may still add to a day for as long behind its end. */
const LATE_MS = DAY_MS;
/** A source that charges on fewer days, such as one fee a month, does not say how far bills reach. */
const LEAST_CHARGED_DAYS = 4;

/** How far bills reach, as days ("2026-11-26", UTC). */
interface ReceivedDays {
  /** The last day that every source has delivered whole. */
  readonly through: string;
  /** The last day with any charge. */
  readonly chargedThrough: string;
}

/**
 * The last charge day that has been received whole: of every source that charges on at least four days (of all sources where none
 * does) the last day with a charge, but no day that ended less than 24 hours before its delivery was made. Null without a charge.
 * Example: one source charges to 29 Nov, another to 26 Nov -> through 26 Nov, charged through 29 Nov.
 */
export function receivedDays({ sources }: Pick<DailyReach, 'sources'>): ReceivedDays | null {
  const steady = sources.filter(({ chargedDays }) => chargedDays >= LEAST_CHARGED_DAYS);
  const deciding = steady.length > 0 ? steady : sources;
  const [through] = deciding.map(wholeThrough).toSorted();
  const chargedThrough = sources
    .map((source) => source.through)
    .toSorted()
    .at(-1);
  return through === undefined || chargedThrough === undefined ? null : { through, chargedThrough };
}

function wholeThrough({ through, producedAt }: SourceReach): string {
  if (producedAt === null) return through;
  const ended = new Date(Date.parse(producedAt) - LATE_MS - DAY_MS).toISOString().slice(0, 'YYYY-MM-DD'.length);
  return earliestDay(ended, through);
}

/** Of days as "2026-11-26". */
export function earliestDay(first: string, ...others: readonly string[]): string {
  return [first, ...others].toSorted()[0] ?? first;
}

/** What was charged up to the last whole day, and on the days behind it. */
export interface AmountToDate {
  readonly amount: string;
  /** Charged on later days, which are not whole yet. */
  readonly later: string;
}
