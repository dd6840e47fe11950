import { expect, it } from 'vitest';
import { CostsSearch } from '../costs-search.ts';
import { BUILT_IN_VIEWS } from './built-in-views.ts';
import { freeName, isSameView, SavedView, searchOfView, toView } from './saved-view.ts';
import { viewsFrom } from './view-store.ts';

const search = CostsSearch.parse({
  by: 'team',
  filter: ['serviceName=S3'],
  from: '2026-11-01',
  to: '2026-11-07',
  compare: 'before',
  row: 'd/a.csv/1',
});

it('keeps how costs are cut, not when or which row', () => {
  expect(toView(search)).toEqual({ by: ['team'], filter: ['serviceName=S3'], compare: 'before' });
  expect(toView({ ...search, compare: 'custom', beforeFrom: '2026-10' })).not.toHaveProperty('compare');
});

it('leaves period and team of the address as they are, and nothing of the view before', () => {
  const found = searchOfView(search, { name: 'Commitments', search: { metric: 'effectiveCost' } });
  expect(found).toMatchObject({ from: '2026-11-01', metric: 'effectiveCost', name: 'Commitments' });
  expect([found.by, found.filter, found.compare, found.row]).toEqual([undefined, undefined, undefined, undefined]);
});

it('tells views apart by what they show', () => {
  expect(isSameView(toView(search), { compare: 'before', by: ['team'], filter: ['serviceName=S3'] })).toBe(true);
  expect(isSameView(toView(search), { ...toView(search), metric: 'listCost' })).toBe(false);
});

it('finds a name that no other view has', () => {
  expect(freeName('a', ['a', 'a 2'])).toBe('a 3');
});

it('takes nothing from a storage that holds something else', () => {
  expect(viewsFrom('{')).toEqual([]);
  expect(viewsFrom('[{"name":""}]')).toEqual([]);
  expect(viewsFrom('[{"name":"x","search":{"metric":"nonsense"}}]')).toEqual([{ name: 'x', search: {} }]);
});

it('comes with views that the address can hold', () => {
  for (const view of BUILT_IN_VIEWS) {
    expect(SavedView.parse(view)).toEqual(view);
    expect(toView(CostsSearch.parse(view.search))).toEqual(view.search);
  }
});
