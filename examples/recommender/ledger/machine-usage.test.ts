import { describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../../src/platform/units/durations.ts';
import { billingMonths } from '../bill/calendar.ts';
import { billRows } from '../bill/write-bill.ts';
import { listHeldTimes, listMachineTimes } from './machine-usage.ts';

const AS_OF = new Date('2026-03-03T10:20:00Z');

describe('the times of the machines of the bill', () => {
  const [month] = billingMonths(AS_OF);
  const start = month?.start ?? 0;

  it.each([
    { shares: [1, 1], held: [[0, 2]] },
    { shares: [0.5], held: [[0, 0.5]] },
    { shares: [0.25, 1, 0.5], held: [[0.75, 2.5]] },
    {
      shares: [1, 0, 1],
      held: [
        [0, 1],
        [2, 3],
      ],
    },
    { shares: [0.25, 0.75, 0.5], held: [[0.75, 2.5]] },
  ])('join the hours of a stretch: $shares', ({ shares, held }) => {
    if (month === undefined) throw new Error('there is no billing month');
    const found = listHeldTimes(month, (hour) => shares[(hour - start) / HOUR_MS] ?? 0);
    expect(found.map((one) => [(one.start - start) / HOUR_MS, (one.end - start) / HOUR_MS])).toEqual(held);
  });

  it('name resources of the bill, within its time', () => {
    const newest = billingMonths(AS_OF).at(-1);
    if (newest === undefined) throw new Error('there is no billing month');
    const rows = (['aws', 'azure'] as const).flatMap((cloud) => [...billRows(cloud, 1, newest)]);
    const billed = new Set(rows.map(({ ResourceId }) => ResourceId));
    const times = listMachineTimes(AS_OF);
    const ofMonth = times.filter((one) => one.start >= newest.start);
    expect(ofMonth.length).toBeGreaterThan(50);
    expect(ofMonth.filter(({ resourceId }) => !billed.has(resourceId))).toEqual([]);
    expect(times.filter((one) => one.end > newest.knownUntil || one.end <= one.start)).toEqual([]);
    expect(new Set(times.map(({ machine, start }) => `${machine} ${start}`)).size).toBe(times.length);
  });
});
