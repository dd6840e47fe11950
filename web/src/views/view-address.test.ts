import { expect, it } from 'vitest';
import { isSameAddress, toViewSearch } from './view-address.ts';

it.each([
  ['?by=team&period=2026-11&filter=a=b&filter=c', false, '?by=team&filter=a%3Db&filter=c'],
  ['?by=team&period=2026-11', true, '?by=team&period=2026-11'],
  ['?period=2026-11&row=x', false, ''],
  ['', false, ''],
])('a view of %s keeps its parameters, and its dates only if asked (%s)', (search, keepsDates, kept) => {
  expect(toViewSearch(search, keepsDates)).toBe(kept);
});

it('an address shows a view in any order of its parameters and with any dates', () => {
  const view = { path: '/costs', search: '?by=team&metric=billedCost' };
  expect(isSameAddress(view, { path: '/costs', search: '?metric=billedCost&by=team&period=2026-10' })).toBe(true);
  expect(isSameAddress(view, { path: '/costs', search: '?by=team' })).toBe(false);
  expect(isSameAddress(view, { path: '/gpus', search: view.search })).toBe(false);
});
