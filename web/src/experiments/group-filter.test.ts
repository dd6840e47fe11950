import { expect, it } from 'vitest';
import { groupFilter } from './group-filter.ts';

it.each([
  [undefined, 'params.rank', '16', "params.rank = '16'"],
  [' metrics.f1 > 0.5', 'tags.my tag', "d'art", "metrics.f1 > 0.5 and tags.`my tag` = 'd''art'"],
  ['', 'params.rank', null, 'params.rank IS NULL'],
  [undefined, 'status', 'FAILED', "status = 'FAILED'"],
])('after %j, %s of %j is %j', (before, by, value, filter) => {
  expect(groupFilter(before, by, value)).toBe(filter);
});
