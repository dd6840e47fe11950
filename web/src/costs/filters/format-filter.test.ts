import { expect, it } from 'vitest';
import { filterGroups } from './filter-text.ts';
import { formatFilter } from './format-filter.ts';

it.each([
  [['serviceName=S3'], 'Service is S3'],
  [['serviceName=S3', 'serviceName=EC2'], 'Service is S3 or EC2'],
  [['serviceName!=S3'], 'Service is not S3'],
  [['skuId=Box*'], 'SKU ID begins with Box'],
  [['skuId=Box*', 'skuId=x'], 'SKU ID is x or begins with Box'],
  [['team='], 'Team is unallocated'],
  [['commitmentDiscountId!='], 'Commitment discount ID has a value'],
  [['day=2026-11-03'], 'Day is 3 Nov'],
  [['week=2026-W45'], 'Week is week of 2 Nov'],
  [['a=1', 'a=2', 'a=3', 'a=4', 'a=5'], 'A is 1, 2, 3 or 2 more'],
])('reads %j as %s', (filters, text) => {
  expect(filterGroups(filters).map(formatFilter)).toEqual([text]);
});
