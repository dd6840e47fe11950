import { expect, it } from 'vitest';
import { retainScope, ScopeSearch } from './scope-search.ts';

const before = { from: '2026-11-01', to: '2026-11-07', compare: 'before', team: 'search' } as const;

it.each([
  ['a link that names nothing', {}, before],
  ['a link to a month', { period: '2026-10' }, { period: '2026-10', compare: 'before', team: 'search' }],
  ['a link to another range', { from: '2026-10' }, { from: '2026-10', compare: 'before', team: 'search' }],
  ['a link without a comparison', { compare: undefined }, { from: '2026-11-01', to: '2026-11-07', team: 'search' }],
  ['a link to all teams', { team: undefined }, { from: '2026-11-01', to: '2026-11-07', compare: 'before' }],
])('keeps the range, the comparison and the team for %s', (_name, next, after) =>
  expect(retainScope(before, next)).toEqual(after),
);

it('drops parts of an address that are no dates', () => {
  expect(ScopeSearch.parse({ period: '2026-99', from: '2026-02-30', to: '2026-11', compare: 'x' })).toEqual({
    to: '2026-11',
  });
});
