import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { computeTraceCost } from './cost-of-trace.ts';
import { groupTraceDays } from './demand-trace.ts';

const HOUR = 3_600_000;
const usd = (amount: string) => ({ amount, currency: 'USD' });

describe('a cost of a recorded trace', () => {
  const rate = { predictionsPerSecond: 10, secondsPerThousand: 90, interval: null };
  /** Requests an hour, half of the day each. */
  const day = (night: number, noon: number) => ({
    start: '2026-11-01T00:00:00.000Z',
    requestsPerHour: Array.from({ length: 24 }, (_, hour) => (hour < 12 ? night : noon)),
  });
  const question = (change: Partial<Parameters<typeof computeTraceCost>[0]> = {}) => ({
    rate,
    pricePerHour: usd('1'),
    days: [day(18_000, 54_000), day(18_000, 54_000), day(18_000, 54_000)],
    scaling: { minReplicas: 1, maxReplicas: null },
    ...change,
  });
  const known = (change: Partial<Parameters<typeof computeTraceCost>[0]> = {}) => {
    const cost = computeTraceCost(question(change));
    if (typeof cost === 'string') throw new Error(cost);
    return cost;
  };

  it('is the sum of the replicas of every hour, not the replicas of the mean', () => {
    // 5 a second take one replica, 15 a second two: 36 replica-hours a day; their mean of 10 a second would take one.
    expect(known()).toMatchObject({
      replicas: { least: 1, most: 2 },
      perMonth: usd('1095'),
      predictionsPerMonth: 36_000 * 730,
      perThousand: usd('0.04166666666666666667'),
      beyond: { hours: 0 },
      perMonthInterval: { lower: '1095', upper: '1095' },
    });
  });

  it('takes no more replicas than the scaling policy allows and says so, and none without a request when it allows none', () => {
    const bounded = known({ scaling: { minReplicas: 1, maxReplicas: 1 } });
    expect(bounded).toMatchObject({ perMonth: usd('730'), beyond: { hours: 36, replicas: 2 } });
    const days = [day(0, 54_000), day(0, 54_000), day(0, 54_000)];
    expect(known({ days, scaling: { minReplicas: 0, maxReplicas: null } })).toMatchObject({
      replicas: { least: 0, most: 2 },
      perMonth: usd('730'),
      fixedPerMonth: usd('0'),
    });
    expect(computeTraceCost(question({ days: [day(0, 0)] }))).toBe('no request was recorded in the trace');
  });

  it('has an interval over the days, wider by that of the planned rate', () => {
    const days = [day(18_000, 18_000), day(18_000, 54_000), day(54_000, 54_000), day(18_000, 90_000)];
    const { perMonth, perMonthInterval } = known({ days });
    expect(Number(perMonthInterval.lower)).toBeLessThan(Number(perMonth.amount));
    expect(Number(perMonthInterval.upper)).toBeGreaterThan(Number(perMonth.amount));
    const wider = known({ days, rate: { ...rate, interval: { lower: 4, upper: 12 } } }).perMonthInterval;
    expect(Number(wider.upper)).toBeGreaterThan(Number(perMonthInterval.upper));
  });

  it('never costs less for more requests, nor with less capacity', () => {
    const count = fc.integer({ min: 1, max: 1_000_000 });
    fc.assert(
      fc.property(count, count, fc.double({ min: 0.01, max: 100, noNaN: true }), (a, b, perSecond) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)];
        const costOf = (requests: number, predictionsPerSecond: number) =>
          Number(known({ days: [day(1, requests)], rate: { ...rate, predictionsPerSecond } }).perMonth.amount);
        expect(costOf(less, perSecond)).toBeLessThanOrEqual(costOf(more, perSecond));
        expect(costOf(more, perSecond)).toBeLessThanOrEqual(costOf(more, perSecond / 2));
      }),
      { numRuns: 30 },
    );
  });

  it('is recorded by days of 24 hours that were all measured', () => {
    const hours = Array.from({ length: 50 }, (_, hour) => ({ at: hour * HOUR, requests: hour, isWhole: true }));
    const window = { start: 0, end: 50 * HOUR + 1 };
    const days = groupTraceDays(hours, window);
    expect(days.map(({ start }) => Date.parse(start) / HOUR)).toEqual([2, 26]);
    expect(days[1]?.requestsPerHour.slice(0, 2)).toEqual([26, 27]);
    const withGap = hours.map((hour) => (hour.at === 30 * HOUR ? { ...hour, isWhole: false } : hour));
    expect(groupTraceDays(withGap, window).map(({ start }) => Date.parse(start) / HOUR)).toEqual([2]);
    expect(groupTraceDays([], window)).toEqual([]);
  });
});
