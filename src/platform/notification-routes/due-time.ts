import { DAY_MS, HOUR_MS, MINUTE_MS } from '../units/durations.ts';
import type { Digest, MuteWindow } from './schema.ts';

const DEFAULT_AT = '08:00';
const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/**
 * The next digest after `now`, both in milliseconds since the Unix epoch, UTC.
 * Example: `{ every: 'day', at: '08:00' }` at 2026-11-30T08:00:00Z -> 2026-12-01T08:00:00Z.
 */
export function computeDigestTime({ every, at = DEFAULT_AT, on = 'monday' }: Digest, now: number): number {
  if (every === 'hour') return (Math.floor(now / HOUR_MS) + 1) * HOUR_MS;
  const first = startOfDay(now) + parseTimeOfDay(at);
  for (let days = 0; ; days += 1) {
    const due = first + days * DAY_MS;
    if (due > now && (every === 'day' || WEEKDAYS[new Date(due).getUTCDay()] === on)) return due;
  }
}

/**
 * `now`, or the end of the mute window that `now` is in; milliseconds since the Unix epoch.
 * Example: `{ from: '22:00', to: '06:00' }` at 23:00 -> 06:00 of the next day.
 */
export function computeUnmutedTime(mute: MuteWindow | undefined, now: number): number {
  if (mute === undefined) return now;
  const [from, to] = [parseTimeOfDay(mute.from), parseTimeOfDay(mute.to)];
  const time = now - startOfDay(now);
  const end = startOfDay(now) + to;
  if (from < to) return time >= from && time < to ? end : now;
  if (time < to) return end;
  return time >= from ? end + DAY_MS : now;
}

function startOfDay(now: number): number {
  return now - (((now % DAY_MS) + DAY_MS) % DAY_MS);
}

function parseTimeOfDay(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return hours * HOUR_MS + minutes * MINUTE_MS;
}
