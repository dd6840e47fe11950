import { expect, it } from 'vitest';
import { computeNextTime, findLocalDay } from './due-time.ts';

const daily = { every: 'day', weekday: 'monday', dayOfMonth: 1, hour: 8, timeZone: 'Europe/Berlin' } as const;

it.each([
  ['the next day', daily, '2026-11-30T08:00:00Z', '2026-12-01T07:00:00Z'],
  ['the same day', daily, '2026-11-30T06:59:00Z', '2026-11-30T07:00:00Z'],
  ['the day after its own time', daily, '2026-11-30T07:00:00Z', '2026-12-01T07:00:00Z'],
  ['summer time', daily, '2026-07-01T00:00:00Z', '2026-07-01T06:00:00Z'],
  ['the weekday', { ...daily, every: 'week', weekday: 'friday' }, '2026-11-30T08:00:00Z', '2026-12-04T07:00:00Z'],
  ['the day of the month', { ...daily, every: 'month', dayOfMonth: 5 }, '2026-11-30T08:00:00Z', '2026-12-05T07:00:00Z'],
  ['half an hour', { ...daily, timeZone: 'Asia/Kolkata' }, '2026-11-30T00:00:00Z', '2026-11-30T02:30:00Z'],
  ['an hour left out by the clock', { ...daily, hour: 2 }, '2026-03-28T12:00:00Z', '2026-03-29T01:00:00Z'],
  ['an hour that comes twice', { ...daily, hour: 2 }, '2026-10-24T12:00:00Z', '2026-10-25T00:00:00Z'],
] as const)('counts %s', (_, schedule, now, next) => {
  expect(new Date(computeNextTime(schedule, Date.parse(now))).toISOString()).toBe(new Date(next).toISOString());
});

it('sends an hour that comes twice once', () => {
  const first = computeNextTime({ ...daily, hour: 2 }, Date.parse('2026-10-24T12:00:00Z'));
  expect(new Date(computeNextTime({ ...daily, hour: 2 }, first)).toISOString()).toBe('2026-10-26T01:00:00.000Z');
});

it('has the day of the time zone', () => {
  expect(findLocalDay(Date.parse('2026-11-30T23:00:00Z'), 'Asia/Tokyo')).toBe('2026-12-01');
});
