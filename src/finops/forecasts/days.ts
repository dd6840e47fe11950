import { DAY_MS } from '../../platform/units/durations.ts';

const DAY_LENGTH = 'YYYY-MM-DD'.length;

/** Days since 1970-01-01, UTC. Example: '1970-02-01' -> 31. */
export function toDayNumber(day: string): number {
  return Math.round(Date.parse(`${day.slice(0, DAY_LENGTH)}T00:00:00Z`) / DAY_MS);
}

/** The day of a number of `dayNumber`. Example: 31 -> '1970-02-01'. */
export function formatDay(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, DAY_LENGTH);
}

/** The day of an instant (Unix milliseconds), UTC. */
export function toDayOfInstant(at: number): number {
  return Math.floor(at / DAY_MS);
}

export function startOfDay(day: number): number {
  return day * DAY_MS;
}

/** The first day of the month behind that of a day. */
export function findNextMonth(day: number): number {
  const date = new Date(day * DAY_MS);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1) / DAY_MS;
}

/** The first day of the month of a day. */
export function findMonthStart(day: number): number {
  const date = new Date(day * DAY_MS);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1) / DAY_MS;
}

/** 1 to 31. */
export function getDayOfMonth(day: number): number {
  return new Date(day * DAY_MS).getUTCDate();
}
