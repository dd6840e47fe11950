import { expect, it } from 'vitest';
import { decimal } from '../../platform/units/index.ts';
import { type Counterfactual, computeSaving, type SavingHour, sumSavings } from './saving.ts';

const HOUR = 3_600_000;
const START = Date.parse('2026-11-30T10:00:00Z');
const usd = (amount: string) => ({ amount, currency: 'USD' });

const hour = (at: number, requests: number, paid: string | null, billedRatio: string | null = null): SavingHour => ({
  ...{ at: START + at * HOUR, requests, paid: paid === null ? null : usd(paid) },
  billedRatio: billedRatio === null ? null : decimal(billedRatio),
});

const BASELINE: Counterfactual = {
  busySeconds: [{ n: 1000, sum: 500 }],
  pricePerHour: usd('3'),
  minReplicas: 1,
  maxReplicas: 100,
  utilization: 0.5,
};

it('is the cost of the replicas that the baseline would have needed, less the cost of both arms', () => {
  // 36,000 requests x 0.5 s / (3600 x 0.5) = 10 replicas.
  expect(computeSaving([hour(0, 36_000, '12')], BASELINE)).toMatchObject({
    ...{ basis: 'metered', hours: 1, saved: usd('18'), monthly: usd('13140'), paid: usd('12'), reason: null },
    period: { start: '2026-11-30T10:00:00.000Z', end: '2026-11-30T11:00:00.000Z' },
  });
});

it('counts the replicas that the baseline holds at least, and is negative while both arms run', () => {
  expect(computeSaving([hour(0, 10, '5')], BASELINE).saved).toEqual(usd('-2'));
});

it('counts no more replicas than the baseline may hold: beyond them it would have been slower, not more expensive', () => {
  expect(computeSaving([hour(0, 36_000, '12')], { ...BASELINE, maxReplicas: 6 }).saved).toEqual(usd('6'));
});

it('is known without a request of the baseline when the number of its replicas is fixed', () => {
  const fixed = { ...BASELINE, busySeconds: [], minReplicas: 2, maxReplicas: 2 };
  expect(computeSaving([hour(0, 36_000, '7')], fixed)).toMatchObject({
    ...{ hours: 1, saved: usd('-1'), lower: usd('-1'), upper: usd('-1'), reason: null },
  });
});

it('leaves out hours without a price, and reports it', () => {
  const saving = computeSaving([hour(0, 36_000, '12'), hour(1, 36_000, null)], BASELINE);
  expect(saving).toMatchObject({ hours: 1, saved: usd('18'), reason: '1 hours without a price are left out' });
});

it('is by the bill where it covers the hours: the price of the baseline changes with it', () => {
  // The bill has 80 % of the list price for the baseline, and 9 instead of 12 for both arms.
  const billed = computeSaving([hour(0, 36_000, '9', '0.8')], BASELINE);
  expect(billed).toMatchObject({ basis: 'reconciled', saved: usd('15'), reason: null });
  const partly = computeSaving([hour(0, 36_000, '9', '0.8'), hour(1, 36_000, '12')], BASELINE);
  expect(partly).toMatchObject({ basis: 'metered', saved: usd('33'), reason: 'the bill covers 1 of 2 hours so far' });
});

it('has the interval of the busy seconds of a request', () => {
  const busySeconds = Array.from({ length: 20 }, (_, at) => ({ n: 100, sum: at % 2 === 0 ? 45 : 55 }));
  const { saved, lower, upper } = computeSaving([hour(0, 36_000, '12')], { ...BASELINE, busySeconds });
  expect(saved).toEqual(usd('18'));
  // Mean 0.5; standard error sqrt(20 / 19 x 500) / 2000 = 0.01147; t(0.975; 19) = 2.093.
  expect(Number(lower?.amount)).toBeCloseTo(30 * (1 - (2.093 * 0.01147) / 0.5) - 12, 2);
  expect(Number(upper?.amount)).toBeCloseTo(30 * (1 + (2.093 * 0.01147) / 0.5) - 12, 2);
});

it.each([
  ['without a whole hour', [], BASELINE, /No whole hour/],
  ['without a price of the baseline', [hour(0, 1, '1')], { ...BASELINE, pricePerHour: null }, /no price/],
  ['without a request of the baseline', [hour(0, 1, '1')], { ...BASELINE, busySeconds: [] }, /answered no request/],
  [
    'in two currencies',
    [hour(0, 1, '1')],
    { ...BASELINE, pricePerHour: { amount: '1', currency: 'EUR' } },
    /currencies/,
  ],
])('is unknown %s', (_when, hours, counterfactual, reason) => {
  expect(computeSaving(hours, counterfactual)).toMatchObject({
    saved: null,
    hours: 0,
    reason: expect.stringMatching(reason),
  });
});

it('of several runs is their sum, and runs without a figure are left out', () => {
  const first = computeSaving([hour(0, 36_000, '12')], BASELINE);
  const second = computeSaving([hour(5, 10, '5'), hour(6, 10, null)], BASELINE);
  const none = computeSaving([], BASELINE);
  expect(sumSavings([first, none, second])).toMatchObject({
    ...{ hours: 2, saved: usd('16'), monthly: usd('5840'), paid: usd('17'), lower: null },
    period: { start: '2026-11-30T10:00:00.000Z', end: '2026-11-30T16:00:00.000Z' },
    reason: '1 hours without a price are left out; 1 of 3 runs have no figure',
  });
  expect(sumSavings([none, first])).toEqual({ ...first, reason: '1 of 2 runs have no figure' });
  expect(sumSavings([none])).toEqual(none);
});
