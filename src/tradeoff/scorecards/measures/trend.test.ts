import { expect, it } from 'vitest';
import { computeMoneyTrend, computeTrend } from './trend.ts';

const window = { start: '2026-10-01', end: '2026-11-01' };

it.each([
  ['more of a cost is worse', 110, 100, 'lower', { change: 10, changeRatio: 0.1, direction: 'up', meaning: 'worse' }],
  ['more of a quality is better', 0.6, 0.5, 'higher', { direction: 'up', meaning: 'better' }],
  ['less than half a percent is flat', 100.4, 100, 'lower', { direction: 'flat', meaning: 'same' }],
  ['without a better direction there is no meaning', 90, 100, null, { direction: 'down', meaning: null }],
  ['after zero there is no ratio', 5, 0, 'lower', { change: 5, changeRatio: null, direction: 'up', meaning: 'worse' }],
  [
    'a loss that shrinks is better',
    -1,
    -2,
    'higher',
    { change: 1, changeRatio: 0.5, direction: 'up', meaning: 'better' },
  ],
] as const)('%s', (_, now, before, better, trend) => {
  expect(computeTrend({ now: { value: now }, before: { value: before }, window, better })).toMatchObject(trend);
});

it('is flat while the intervals overlap, whatever the ratio', () => {
  const now = { value: 0.6, interval: { lower: 0.5, upper: 0.7 } };
  const overlapping = { value: 0.5, interval: { lower: 0.4, upper: 0.55 } };
  const apart = { value: 0.4, interval: { lower: 0.35, upper: 0.45 } };
  const meaning = (before: typeof now) => computeTrend({ now, before, window, better: 'higher' }).meaning;
  expect([overlapping, apart].map(meaning)).toEqual(['same', 'better']);
});

it('states why a change is unknown', () => {
  const trend = computeTrend({
    now: { value: 1 },
    before: { value: null, reason: 'no bill' },
    window,
    better: 'lower',
  });
  expect(trend).toMatchObject({ before: null, change: null, direction: null, meaning: null, reason: 'no bill' });
});

it('subtracts amounts exactly', () => {
  const trend = computeMoneyTrend({ now: '0.30', before: '0.1', window, reason: null });
  expect(trend).toMatchObject({ before: '0.1', change: '0.2', direction: 'up', meaning: 'worse' });
});
