import { expect, it } from 'vitest';
import { parseSeriesTime } from './series-time.ts';

it.each<[string, number | string]>([
  ['2026-11-01', Date.UTC(2026, 10, 1)],
  ['2026-11-01 08:00', Date.UTC(2026, 10, 1, 8)],
  ['2026-11-01T08:00:05.123456Z', Date.UTC(2026, 10, 1, 8, 0, 5, 123)],
  ['2026-11-01 08:00:00 +02:00', Date.UTC(2026, 10, 1, 6)],
  ['1793520000', Date.UTC(2026, 10, 1, 8)],
  ['1793520000000', Date.UTC(2026, 10, 1, 8)],
  ['', 'is empty: write a date and time'],
  ['2026-13-01', 'is no date that exists'],
  ['9'.repeat(30), 'is no time'],
])('reads the time %j as %j', (text, expected) => {
  expect(parseSeriesTime(text)).toBe(expected);
});
