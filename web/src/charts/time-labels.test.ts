import { expect, it } from 'vitest';
import { findRoundLabels } from './time-labels.ts';

const MINUTE_MS = 60_000;

/** Labels of steps of some minutes. */
function label(from: string, minutes: number, count: number): string[] | null {
  const times = Array.from({ length: count }, (_, index) =>
    new Date(Date.parse(from) + index * minutes * MINUTE_MS).toISOString(),
  );
  const places = findRoundLabels(times);
  return places === null ? null : [...places].map((place) => (times[place] ?? '').slice(5, 16));
}

it.each([
  ['an hour by the minute', '2026-12-01T23:36:00Z', 1, 60, ['12-01T23:40', '12-01T23:45', '12-02T00:35'], 12],
  ['a day by the half hour', '2026-12-01T23:30:00Z', 30, 49, ['12-02T00:00', '12-02T02:00', '12-02T22:00'], 12],
  ['a week by the hour', '2026-12-01T14:00:00Z', 60, 168, ['12-02T00:00', '12-03T00:00', '12-08T00:00'], 7],
  ['a fortnight by the day', '2026-11-18T00:00:00Z', 1440, 14, ['11-18T00:00', '11-19T00:00', '12-01T00:00'], 14],
])('labels %s at round times', (_, from, minutes, count, [first, second, last], labels) => {
  const found = label(from, minutes, count);
  expect([found?.[0], found?.[1], found?.at(-1), found?.length]).toEqual([first, second, last, labels]);
});

it('leaves steps without round times to the chart', () => {
  expect(findRoundLabels(['2026-12-01T01:02:03Z', '2026-12-01T01:17:44Z', '2026-12-01T02:02:11Z'])).toBeNull();
  expect(findRoundLabels([])).toBeNull();
  expect(findRoundLabels(['2026-12-01T00:00:00Z'])).toBeNull();
});
