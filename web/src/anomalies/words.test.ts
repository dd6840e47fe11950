import { expect, it } from 'vitest';
import { type Anomaly, type AnomalyList, groupRepeats } from '../../../src/finops/anomalies/schema.ts';
import { anomaliesQuery } from './anomalies-search.ts';
import { anomaliesAnswer, largestText } from './words.ts';

const anomaly = (id: string, changed: Partial<Anomaly> = {}): Anomaly => ({
  ...{ id, measure: 'cost', kind: 'spike', direction: 'over', state: 'ended', mergedInto: null, title: 'ads' },
  ...{ slice: [{ dimension: 'team', value: 'ads' }], except: [], seenIn: [[]], start: '2026-10-05', end: '2026-10-08' },
  ...{ days: 4, currency: 'USD', unit: null, actual: '300', expected: '200', impact: '100', differences: [] },
  ...{ sentence: 'It rose.', foundAt: '2026-11-09T00:00:00Z', restatement: null, feedback: null },
  ...{ related: [], repeats: [], spend: [], isMinor: false, counts: true },
  ...{ assigned: null, work: null },
  ...changed,
});
const judging: AnomalyList['judging'] = {
  ...{ judgedAt: '2026-11-15T00:00:00Z', from: '2026-09-01', through: '2026-11-14', gpusThrough: null },
  ...{ series: 8, slices: 8, falseAlarmsPer30Days: 1, alarmStrength: 4, sources: [], longer: [] },
};
const buildList = (anomalies: readonly Anomaly[], changed: Partial<AnomalyList> = {}): AnomalyList => ({
  ...{ anomalies: [...anomalies], others: 0, totals: [], minor: 0, minImpactPercent: 1, judging },
  ...changed,
});

it('a month with ended anomalies says what they cost, not that there was nothing', () => {
  const total = { currency: 'USD', over: '100', under: '0', wasted: '0', gained: '0', anomalies: 1, open: 0 };
  expect(anomaliesAnswer(buildList([anomaly('a')], { totals: [total] }), 'in October 2026')).toBe(
    '1 anomaly: $100 above expected in October 2026.',
  );
});

it('a month with minor anomalies alone says so', () => {
  const list = buildList([anomaly('a', { isMinor: true, counts: false })], { minor: 1 });
  expect(anomaliesAnswer(list, 'in October 2026')).toBe(
    'No anomaly of 1 % of the spend or more in October 2026; 1 smaller anomaly.',
  );
});

it('a month is asked for as a period, other ranges by their ends', () => {
  const scope = { range: { from: '2026-10', to: '2026-10' }, team: 'ads' };
  expect(anomaliesQuery(scope)).toEqual({ period: '2026-10', team: 'ads' });
  expect(anomaliesQuery(scope, { state: undefined })).toEqual(anomaliesQuery(scope));
  expect(anomaliesQuery({ range: undefined, team: undefined }, { state: 'open' })).toEqual({ state: 'open' });
  const days = { from: '2026-10-03', to: '2026-10-09' };
  const framed = { period: 'all', compare: 'before', state: 'open' } as const;
  expect(anomaliesQuery({ range: days, team: undefined }, framed)).toEqual({ ...days, state: 'open' });
  expect(anomaliesQuery({ range: days, team: undefined })).toEqual(days);
});

it('repeats of a cause stand behind the first of them, in their order', () => {
  const anomalies = [anomaly('a', { repeats: ['c', 'd'] }), anomaly('b'), anomaly('c', { repeats: ['a', 'd'] })];
  const groups = groupRepeats([...anomalies, anomaly('d', { repeats: ['a', 'c'] })]);
  expect(groups.map(({ first, repeats }) => [first.id, repeats.map(({ id }) => id)])).toEqual([
    ['a', ['c', 'd']],
    ['b', []],
  ]);
});

it('names the largest of several anomalies, whatever its sign', () => {
  const [small, large] = [anomaly('a'), anomaly('b', { title: 'feed', impact: '-1250.4' })];
  const others = [
    anomaly('c', { impact: '9000', counts: false }),
    anomaly('d', { impact: '9000', measure: 'gpu_idle_cost' }),
  ];
  expect(largestText({ anomalies: [small, large, ...others] })).toBe(' Largest: feed, \u2212$1,250.');
  expect(largestText({ anomalies: [small, anomaly('b', { title: 'feed', impact: '150' })] })).toBe(
    ' Largest: feed, +$150.',
  );
  expect(largestText({ anomalies: [large, ...others] })).toBe('');
});
