import { expect, it } from 'vitest';
import { listQualityBars, readMissed, readVersionCosts } from './trends.ts';

type Missed = Parameters<typeof readMissed>[0];
type Decisions = Parameters<typeof readVersionCosts>[0];

it('leaves a gap on a day without a measurement', () => {
  const days = [
    { day: '2026-11-30', value: 0.69011, predictions: 1439, estimated: false },
    { day: '2026-12-02', value: 0.5, predictions: 1, estimated: true },
  ];
  const trend = { model: 'ranker', metric: 'ndcg@10', from: '2026-11-30', through: '2026-12-02', days };
  expect(listQualityBars(trend)).toEqual([
    { key: '2026-11-30', value: 0.69011, tip: '30 Nov: 0.6901 of 1,439 predictions' },
    { key: '2026-12-01', value: null, tip: '1 Dec: no measurement' },
    { key: '2026-12-02', value: 0.5, tip: '2 Dec: 0.5 estimated of 1 prediction' },
  ]);
});

it('sums the missed savings of the known days exactly', () => {
  const given = (days: readonly (readonly [string, string])[]) =>
    ({
      saving: { monthly: { amount: '365', currency: 'USD' } },
      byDay: days.map(([day, amount]) => ({ day, amount })),
    }) as unknown as Missed;
  const missed = readMissed(
    given([
      ['2026-11-28', '120.1'],
      ['2026-11-30', '120.2'],
    ]),
  );
  expect(missed?.sum).toEqual({ amount: '240.3', currency: 'USD' });
  expect([missed?.days, missed?.bars.map(({ value }) => value)]).toEqual([2, [120.1, null, 120.2]]);
  expect(readMissed(given([['2026-11-28', '120.1']]))).toBeNull();
});

const decide = (version: string, hour: number, measured: string | null, verdict = 'reject', perMonth = 1000) => ({
  ...{ version, verdict, at: `2026-12-01T0${hour}:00:00.000Z` },
  checks: [
    {
      ...{ name: 'cost per month', measured, bound: '3900', unit: 'USD per month', basis: 'atDemand' },
      atDemand: { demand: { predictionsPerMonth: perMonth } },
    },
  ],
});

it('compares the costs of versions at one demand, by the latest decision on each', () => {
  const decisions = [
    decide('3', 5, '1400', 'promote'),
    decide('2', 4, '9000'),
    decide('2', 3, '8000'),
    decide('4', 2, '20', 'promote', 5),
    decide('1', 1, null),
  ] as unknown as Decisions;
  expect(readVersionCosts(decisions)).toEqual({
    limit: { amount: '3900', currency: 'USD' },
    bars: [
      { key: '1', value: null, tip: 'v1: no cost per month at this demand, rejected', isQuiet: true },
      { key: '4', value: null, tip: 'v4: no cost per month at this demand, promoted', isQuiet: false },
      { key: '2', value: 9000, tip: 'v2: $9,000.00 a month, rejected', isQuiet: true },
      { key: '3', value: 1400, tip: 'v3: $1,400.00 a month, promoted', isQuiet: false },
    ],
  });
  expect(readVersionCosts(decisions.slice(3))).toBeNull();
});
