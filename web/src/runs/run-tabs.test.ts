import { expect, it } from 'vitest';
import { findRunTab } from './run-tabs.ts';

it.each([
  [{}, 'overview'],
  [{ tab: 'cost', of: 'model:1' }, 'cost'],
  [{ of: 'model:1' }, 'artifacts'],
  [{ file: 'a/b.txt' }, 'artifacts'],
  [{ axis: 'time' }, 'charts'],
] as const)('opens the tab of %o', (search, tab) => {
  expect(findRunTab(search)).toBe(tab);
});
