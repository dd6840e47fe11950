import { expect, it } from 'vitest';
import { movedTo } from './use-grid-keys.ts';

it.each([
  ['ArrowDown', -1, 0],
  ['ArrowUp', 0, 0],
  ['PageDown', 3, 13],
  ['End', 3, 99],
  ['Home', 50, 0],
])('moves by %s from row %d to row %d of a hundred', (key, from, to) => {
  expect(movedTo(key, from, 100)).toBe(to);
});

it('leaves other keys alone', () => {
  expect(movedTo('a', 1, 100)).toBeNull();
});
