import { expect, it } from 'vitest';
import { seriesAt } from './series-at.ts';

const bar = (id: string, ...amounts: (string | null)[]) => ({ id, label: id, variable: '--cat-1', amounts });
const series = [bar('a', '3', null), bar('credit', '-2', null), bar('b', '2', '1')];

it.each([
  [0, 1, 'a'],
  [0, 4, 'b'],
  [0, 6, undefined],
  [0, -1, 'credit'],
  [1, 0.5, 'b'],
  [2, 1, undefined],
])('at slot %d finds in the height of %d the series %s', (slot, value, id) => {
  expect(seriesAt(series, slot, value)?.id).toBe(id);
});
