import { describe, expect, it } from 'vitest';
import { decimal } from '../../platform/units/index.ts';
import { toDay, toInstantMs } from './money-series.ts';
import { computePayback, type PaybackFacts } from './payback.ts';

const START = '2026-11-01';
const dayAt = (index: number) => toDay(toInstantMs(START) + index * 86_400_000);
const series = (amounts: Readonly<Record<string, string | number>>) => ({
  byDay: new Map(Object.entries(amounts).map(([day, amount]) => [day, decimal(amount)])),
});
const daily = (count: number, amount: (index: number) => number) =>
  series(Object.fromEntries(Array.from({ length: count }, (_, index) => [dayAt(index), amount(index)])));
const pay = (change: Partial<PaybackFacts>) =>
  computePayback({
    making: series({ [START]: 100 }),
    running: daily(30, () => 5),
    value: daily(30, () => 15),
    currency: 'USD',
    known: { start: START, end: dayAt(30) },
    ...change,
  });

describe('the payback of a cost to make', () => {
  it('is the first day on which value - cost to run has covered it', () => {
    expect(pay({})).toMatchObject({ state: 'paid_back', date: '2026-11-10', since: START, made: { amount: '100' } });
  });

  it('is the day from which the balance stays covered, where a later cost to make opened it again', () => {
    const making = series({ [START]: 100, [dayAt(14)]: 100 });
    // 100 is covered on day 9; on day 14 the balance is 150 - 200; 200 is covered on day 19.
    expect(pay({ making })).toMatchObject({ state: 'paid_back', date: dayAt(19), balance: { amount: '100' } });
  });

  it('is projected by the mean of the last 28 days, with the range of its interval', () => {
    const value = daily(30, (index) => (index % 2 === 0 ? 14 : 16));
    const found = pay({ making: series({ [START]: 400 }), value });
    expect(found).toMatchObject({
      state: 'projected',
      balance: { amount: '-100' },
      perDay: { amount: '10' },
      reason: null,
    });
    // 100 / 10 = 10 days after the 30 known ones.
    expect(found.date).toBe(dayAt(39));
    // Reach 2.0518 x 1.0184 / sqrt(28) = 0.3949: 100 / 10.3949 = 9.62 and 100 / 9.6051 = 10.41 days.
    expect(Number(found.perDayInterval?.lower)).toBeCloseTo(9.6051, 3);
    expect([found.earliest, found.latest]).toEqual([dayAt(39), dayAt(40)]);
  });

  it('has no latest day where the lower end of the daily contribution is not above 0', () => {
    const value = daily(30, (index) => (index % 2 === 0 ? 0 : 40));
    const found = pay({ making: series({ [START]: 1000 }), value, running: daily(30, () => 19) });
    expect(found).toMatchObject({
      state: 'projected',
      latest: null,
      reason: expect.stringContaining('latest date is open'),
    });
  });

  it.each([
    ['no contribution', { value: daily(30, () => 5) }, 'not_projected', /not above 0 a day in the last 28 days/],
    ['a loss', { value: daily(30, () => 1) }, 'not_projected', /not above 0/],
    ['six known days', { known: { start: START, end: dayAt(6) } }, 'not_projected', /6 days .* needs 7/],
    ['no cost to make', { making: series({}) }, 'unknown', /no cost to make is known/],
    ['a cost to make after the window', { making: series({ [dayAt(40)]: 1 }) }, 'unknown', /no cost to make/],
    ['hardly a contribution', { making: series({ [START]: '1e9' }) }, 'not_projected', /a hundred years/],
  ] as const)('has no date with %s, and a reason', (_name, change, state, reason) => {
    expect(pay(change)).toMatchObject({ state, date: null, reason: expect.stringMatching(reason) });
  });

  it('counts no value of days whose cost is not known, but the cost to make of before', () => {
    const found = pay({ known: { start: dayAt(10), end: dayAt(30) } });
    expect(found).toMatchObject({ state: 'paid_back', since: dayAt(10), date: dayAt(19) });
  });
});
