import { expect, it } from 'vitest';
import { headlineScope } from './headline-scope.ts';

it.each([
  [[], 'in November 2026'],
  [['day=2026-11-14'], 'on 14 Nov 2026'],
  [['day=2026-11-14', 'day=2026-11-15'], 'in November 2026 where day is 14 Nov or 15 Nov'],
  [['day!=2026-11-14'], 'in November 2026 where day is not 14 Nov'],
  [['serviceName=S3', 'day=2026-11-14'], 'on 14 Nov 2026 where service is S3'],
  [['serviceName=S3', 'skuId=Box*'], 'in November 2026 where service is S3 and SKU ID begins with Box'],
  [['team='], 'in November 2026 where team is unallocated'],
])('says what %j leaves of a month: %s', (filters, text) => {
  expect(headlineScope('in November 2026', filters)).toBe(text);
});
