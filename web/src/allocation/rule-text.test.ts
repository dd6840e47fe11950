import { expect, it } from 'vitest';
import { AllocationRule } from '../../../src/finops/allocation/schema.ts';
import { givesText, matchText, subjectText, timesText } from './rule-text.ts';

function rule(parts: object) {
  return AllocationRule.parse({ name: 'a', match: { 'tag:team': '*' }, subject: { team: 'search' }, ...parts });
}

it.each([
  [{ 'tag:team': '*' }, 'Tag “team” has a value'],
  [{ subAccountName: ['search-prod', 'sub-*'] }, 'Sub account name is search-prod or begins with sub-'],
  [{ serviceName: 'S3', 'tag:team': null }, 'Service is S3; Tag “team” has no value'],
  [{ chargePeriod: { from: '2026-11-01T00:00:00Z' } }, 'Charge period from 1 Nov 2026'],
])('says what %j matches', (match, text) => {
  expect(matchText(rule({ match }))).toBe(text);
});

const search = { team: 'search' };

it.each([
  [{ subject: { team: '{tag:team}', environment: 'dev' } }, 'team {tag:team}, environment dev'],
  [{ split: { method: 'even' } }, 'split evenly over all with their own cost'],
  [{ split: { method: 'weights', to: [{ subject: search, weight: '3' }] } }, 'split by weight: team search 3'],
  [
    { split: { method: 'proportional', by: 'usage:gpu:*', to: [search] } },
    'split in proportion to metered gpu:* over team search',
  ],
  [
    { split: { method: 'fixed', currency: 'USD', amounts: [{ subject: search, amount: '100' }] } },
    'fixed: team search 100 USD; the rest stays unallocated',
  ],
  [{ kubernetes: {} }, 'split over workloads by the larger of request and use; GPU nodes by their share of the GPUs'],
])('says who gets what %j takes', (parts, text) => {
  const whole = 'subject' in parts ? parts : { subject: undefined, ...parts };
  expect(givesText(rule(whole))).toBe(text);
});

it('says when a rule holds', () => {
  expect(timesText(rule({}))).toBeNull();
  expect(timesText(rule({ effectiveFrom: '2026-10-01T00:00:00Z', effectiveTo: '2026-11-01T00:00:00Z' }))).toBe(
    'charges from 1 Oct 2026 to before 1 Nov 2026',
  );
});

it('calls a subject without fields nobody', () => {
  expect(subjectText({})).toBe('unallocated');
});
