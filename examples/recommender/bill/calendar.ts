import { DAY_MS, HOUR_MS } from '../../../src/platform/units/durations.ts';

/** One billing month of the bill; all instants are milliseconds since 1970, UTC. */
export interface BillingMonth {
  /** `YYYY-MM`. */
  readonly label: string;
  /** 0 for the oldest of the three, 2 for the month of `asOf`. */
  readonly index: number;
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  /** Usage is known up to here (exclusive): `end` for a closed month, `asOf` rounded up to the hour for the last one. */
  readonly knownUntil: number;
  readonly hours: number;
  /** The last month is still open: no invoice yet. */
  readonly open: boolean;
}

/**
 * The three billing months that end with the month of `asOf`. The last holds charges up to `asOf`, rounded up to a full
 * hour, so that it is never empty.
 */
export function billingMonths(asOf: Date): BillingMonth[] {
  const year = asOf.getUTCFullYear();
  const month = asOf.getUTCMonth();
  return [0, 1, 2].map((index) => {
    const start = Date.UTC(year, month - 2 + index, 1);
    const end = Date.UTC(year, month - 1 + index, 1);
    const open = index === 2;
    const hourAfter = Math.max(start + HOUR_MS, Math.ceil(asOf.getTime() / HOUR_MS) * HOUR_MS);
    return {
      label: new Date(start).toISOString().slice(0, 7),
      index,
      start,
      end,
      knownUntil: open ? Math.min(end, hourAfter) : end,
      hours: (end - start) / HOUR_MS,
      open,
    };
  });
}

/** Facts that a schedule may depend on. */
export interface Slot {
  readonly hourOfDay: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  readonly dayOfMonth: number;
  /** 0..2, see `BillingMonth.index`. */
  readonly monthIndex: number;
}

export function slotAt(month: BillingMonth, at: number): Slot {
  const date = new Date(at);
  return {
    hourOfDay: date.getUTCHours(),
    weekday: date.getUTCDay(),
    dayOfMonth: date.getUTCDate(),
    monthIndex: month.index,
  };
}

export function isWeekend(slot: Slot): boolean {
  return slot.weekday === 0 || slot.weekday === 6;
}

/** How busy people and their users are in this hour, 0.3..1: high on weekday days, low at night and on weekends. */
export function businessLoad(slot: Slot): number {
  const day = 0.65 + 0.35 * Math.sin(((slot.hourOfDay - 9) / 24) * 2 * Math.PI);
  return day * (isWeekend(slot) ? 0.55 : 1);
}

/** The hours of the month that have been metered, as start instants. */
export function* hoursOf(month: BillingMonth): Generator<number> {
  for (let at = month.start; at < month.knownUntil; at += HOUR_MS) yield at;
}

/** The days of the month for which metering has started, each with its known share, 0..1. */
export function* daysOf(month: BillingMonth): Generator<{ at: number; knownShare: number }> {
  for (let at = month.start; at < month.knownUntil; at += DAY_MS) {
    yield { at, knownShare: Math.min(1, (month.knownUntil - at) / DAY_MS) };
  }
}
