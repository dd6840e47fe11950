import { expect, it } from 'vitest';
import { dimensionsOf, filtersOf, selectionOf, splitFilter } from './cost-query.ts';

it('groups by team when the address names nothing, and by two at most', () => {
  expect(dimensionsOf({ by: undefined })).toEqual(['team']);
  expect(dimensionsOf({ by: ['team,serviceName', 'team', 'regionId'] })).toEqual(['team', 'serviceName']);
});

it('asks for the month, the team and the filters of the address', () => {
  const scope = { month: '2026-11', team: 'search' };
  const search = { metric: undefined, filter: ['serviceName=S3'], currency: 'USD' };
  expect(selectionOf(scope, search)).toEqual({
    metric: 'billedCost',
    period: '2026-11',
    filter: ['team=search', 'billingCurrency=USD', 'serviceName=S3'],
  });
});

it('leads from a group to its rows, a missing value being a filter of its own', () => {
  expect(filtersOf({ team: null, 'tag:a=b': 'x=y' }, ['team', 'tag:a=b'])).toEqual(['team=', 'tag:a=b=x=y']);
  expect(splitFilter('team=')).toEqual({ dimension: 'team', value: null });
});
