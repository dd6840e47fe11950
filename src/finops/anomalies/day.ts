import { DAY_MS } from '../../platform/units/durations.ts';

/** A UTC day as a number of days since 1970. */
export function toDayNumber(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) / DAY_MS;
}

/** YYYY-MM-DD. */
export function formatDay(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 'YYYY-MM-DD'.length);
}

/** YYYY-MM. */
export function toMonth(day: string): string {
  return day.slice(0, 'YYYY-MM'.length);
}
