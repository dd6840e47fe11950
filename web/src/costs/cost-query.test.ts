import { expect, it } from 'vitest';
import { listDimensions, listFilters, toSelection } from './cost-query.ts';

it('groups by team when the address names nothing, and by two at most', () => {
  expect(listDimensions({ by: undefined })).toEqual(['team']);
  expect(listDimensions({ by: ['team,serviceName', 'team', 'regionId'] })).toEqual(['team', 'serviceName']);
});

it('asks for the month, the team and the filters of the address', () => {
  const scope = { month: '2026-11', team: 'search' };
  const none = { from: undefined, to: undefined, delivery: undefined };
  const search = { ...none, metric: undefined, filter: ['serviceName=S3'], currency: 'USD' };
  expect(toSelection(scope, search)).toEqual({
    metric: 'effectiveCost',
    period: '2026-11',
    filter: ['team=search', 'billingCurrency=USD', 'serviceName=S3'],
  });
});

it('leads from a group to its rows, a missing value being a filter of its own', () => {
  expect(listFilters({ team: null, 'tag:a=b': 'x=y' }, ['team', 'tag:a=b'])).toEqual(['team=', 'tag:a=b=x=y']);
});

it('asks for the range of the address in the place of the period, and for nothing when it is none', () => {
  const scope = { month: '2026-11', team: undefined };
  const search = { metric: undefined, filter: undefined, currency: undefined, delivery: undefined };
  const days = { from: '2026-11-03', to: '2026-11-09' };
  expect(toSelection(scope, { ...search, ...days })).toEqual({ metric: 'effectiveCost', ...days });
});
