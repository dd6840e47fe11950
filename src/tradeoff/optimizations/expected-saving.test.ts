import { expect, it } from 'vitest';
import { computeExpectedSaving, type PlannedArm } from './expected-saving.ts';

const usd = (amount: string) => ({ amount, currency: 'USD' });
const arm = (perHour: string, more: Partial<PlannedArm> = {}): PlannedArm => ({
  ...{ pricePerHour: usd(perHour), minReplicas: 1, maxReplicas: 100, utilization: 0.5, busySeconds: null },
  ...more,
});
const seconds = (mean: number, reach: number | null = null) => ({
  mean,
  lower: reach === null ? null : mean - reach,
  upper: reach === null ? null : mean + reach,
});
const fixed = { minReplicas: 3, maxReplicas: 3 };

it('fixed replicas need no measurement: 3 at 4.00 before and 3 at 1.00 after save 9.00 an hour', () => {
  const { expected, costsMore } = computeExpectedSaving({
    ...{ requestsPerHour: [], baseline: arm('4', fixed), candidate: arm('1', fixed) },
  });
  expect(expected).toEqual({
    ...{ monthly: usd('6570'), lower: usd('6570'), upper: usd('6570') },
    ...{ requestsPerHour: null, reason: null },
  });
  expect(costsMore).toBeNull();
});

it('needs of the recorded hours are averaged within the limits of replicas', () => {
  // 18,000 requests of 0.5 s at 50 % are 5 replicas, 36,000 are 10 and at most 8; 3,600 of 0.25 s are half a one, so the minimum of 1.
  const { expected } = computeExpectedSaving({
    requestsPerHour: [18_000, 36_000, 3_600],
    baseline: arm('2', { maxReplicas: 8, busySeconds: seconds(0.5) }),
    candidate: arm('1', { busySeconds: seconds(0.25) }),
  });
  // Before (5 + 8 + 1) / 3 x 2, after (2.5 + 5 + 1) / 3 x 1.
  expect(Number(expected.monthly?.amount)).toBeCloseTo(730 * ((28 - 8.5) / 3), 4);
  expect(expected).toMatchObject({ lower: null, upper: null, requestsPerHour: 19_200 });
});

it('intervals of both arms give bounds of the saving', () => {
  const { expected } = computeExpectedSaving({
    requestsPerHour: [36_000],
    baseline: arm('1', { busySeconds: seconds(0.5, 0.1) }),
    candidate: arm('1', { busySeconds: seconds(0.25, 0.05) }),
  });
  expect(expected).toMatchObject({ monthly: usd('3650'), lower: usd('1460'), upper: usd('5840') });
});

it('a change costs more where even the favourable bounds say so', () => {
  const busy = { busySeconds: seconds(0.5, 0.1) };
  const costsMore = (requestsPerHour: readonly number[], baseline: PlannedArm, candidate: PlannedArm) =>
    computeExpectedSaving({ requestsPerHour, baseline, candidate }).costsMore;
  expect(costsMore([], arm('4', fixed), arm('12', fixed))).toBe(
    'at least $36 an hour after it, at most $12 an hour before it',
  );
  // Not known how many of its up to 100 replicas the baseline needs, so nothing is claimed.
  expect(costsMore([], arm('4'), arm('12'))).toBeNull();
  // Ten needed replicas at 4.00, at most 12 by the interval: one at 12.00 may be enough, five at least are not.
  expect(costsMore([36_000], arm('4', busy), arm('12'))).toBeNull();
  expect(costsMore([36_000], arm('4', busy), arm('12', { minReplicas: 5 }))).toMatch(/at least \$60 .* at most \$48/);
  expect(costsMore([36_000], arm('4', busy), arm('4', busy))).toBeNull();
});

it('unknown stays unknown, with its reason', () => {
  const reasonOf = (change: Parameters<typeof computeExpectedSaving>[0]) => {
    const { expected, costsMore } = computeExpectedSaving(change);
    expect([expected.monthly, costsMore]).toEqual([null, null]);
    return expected.reason;
  };
  const busy = arm('1', { busySeconds: seconds(1) });
  expect(reasonOf({ requestsPerHour: [1], baseline: busy, candidate: arm('1', { pricePerHour: null }) })).toMatch(
    /no price/,
  );
  const eur = arm('1', { pricePerHour: { amount: '1', currency: 'EUR' } });
  expect(reasonOf({ requestsPerHour: [1], baseline: busy, candidate: eur })).toMatch(/different currencies/);
  expect(reasonOf({ requestsPerHour: [], baseline: busy, candidate: busy })).toMatch(/no recorded requests/);
  expect(reasonOf({ requestsPerHour: [1], baseline: arm('1'), candidate: busy })).toMatch(/for the baseline/);
  expect(reasonOf({ requestsPerHour: [1], baseline: busy, candidate: arm('1') })).toMatch(/record a benchmark/);
});
