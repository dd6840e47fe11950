import { expect, it } from 'vitest';
import { placeInLane } from './lane-place.ts';

const [FIRST, LAST] = ['2026-10-01', '2026-10-31'];

it.each([
  ['in the middle', '2026-10-14', '2026-10-17'],
  ['over the whole month', '2026-09-02', '2026-11-20'],
  ['that began before', '2026-09-02', '2026-10-20'],
  ['that goes on after', '2026-10-12', '2026-11-20'],
  ['on the last day', '2026-10-31', '2026-10-31'],
  ['before the axis', '2026-09-01', '2026-09-03'],
  ['after the axis', '2026-11-01', '2026-11-03'],
])('an anomaly %s has its bar and its name inside the lane', (_, start, end) => {
  const { left, right, nameSide, room } = placeInLane({ start, end }, FIRST, LAST);
  expect(left).toBeGreaterThanOrEqual(0);
  expect(right).toBeGreaterThan(left);
  expect(right).toBeLessThanOrEqual(100 + 1e-9);
  expect(nameSide === 'right' ? right + room : left - room).toBeCloseTo(nameSide === 'right' ? 100 : 0);
});

it('the name stands on the side that has more room', () => {
  expect(placeInLane({ start: '2026-10-02', end: '2026-10-03' }, FIRST, LAST).nameSide).toBe('right');
  expect(placeInLane({ start: '2026-10-28', end: '2026-10-30' }, FIRST, LAST).nameSide).toBe('left');
});
