import { expect, it } from 'vitest';
import { marked } from './use-selected.ts';

const ORDER = ['a', 'b', 'c', 'd'];

it.each([
  ['marks one', [], null, 'b', ['b']],
  ['takes a mark away', ['b'], null, 'b', []],
  ['marks a range downwards', ['a'], 'a', 'c', ['a', 'b', 'c']],
  ['marks a range upwards', ['d'], 'd', 'b', ['b', 'c', 'd']],
  ['takes a range away', ['a', 'b', 'c'], 'a', 'c', []],
  ['marks one when the other end is gone', [], 'x', 'c', ['c']],
] as const)('%s', (_, before, from, to, after) => {
  expect([...marked(new Set(before), ORDER, from, to)].sort()).toEqual(after);
});
