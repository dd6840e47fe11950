import { expect, it } from 'vitest';
import { formatPolicyScope } from './policy.ts';

it.each([
  [{}, ''],
  [{ team: 'search' }, ' (team search)'],
  [{ environment: 'production' }, ' (production)'],
  [{ team: 'search', environment: 'production' }, ' (team search, production)'],
])('the scope of the policy %j reads "%s"', (spec, text) => {
  expect(formatPolicyScope(spec)).toBe(text);
});
