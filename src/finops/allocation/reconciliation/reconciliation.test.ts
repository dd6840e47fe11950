import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Application } from '../../../main.ts';
import { postApply } from '../../../platform/manifests/schema.ts';
import { call, importFiles } from '../../../testing/application.ts';
import { quietApplication } from '../../../testing/shared.ts';
import { recordUsage, type UsageInterval } from '../../metering/schema.ts';
import { billCsv } from '../../testing/allocation.ts';
import { getReconciliation } from './schema.ts';

const PRICES = `apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: own}
spec:
  currency: USD
  source: contract
  prices:
    - {resource: 'gpu:H100', perHour: '6', effectiveFrom: '2026-01-01T00:00:00Z'}
`;

let application: Application;
beforeEach(async () => {
  application = await quietApplication({ clock: { now: () => Date.parse('2026-11-15T00:00:00Z') } });
  onTestFinished(() => application[Symbol.asyncDispose]());
  await call(application, postApply, { body: { documents: [{ file: 'prices.yaml', text: PRICES }] } });
});

const interval = (usage: string, more: Partial<UsageInterval>): UsageInterval => ({
  usage,
  subject: { team: usage },
  resource: 'gpu:H100',
  quantity: '4',
  period: { start: '2026-10-02T00:00:00Z', end: '2026-10-02T12:00:00Z' },
  origin: 'test',
  ...more,
});
const gpuHour = { service: 'EC2', category: 'Compute', details: '{"GpuCount": 8}' };

describe('the reconciliation of a billing period', () => {
  it('meets rows by resource, tag and time, and lists what is left on either side', async () => {
    const intervals = [
      interval('a', { resourceId: 'I-1' }),
      interval('b', {
        resourceId: 'i-1',
        quantity: '8',
        period: { start: '2026-10-02T12:00:00Z', end: '2026-10-02T18:00:00Z' },
      }),
      interval('c', {
        subject: { team: 'c', run: 'run-7' },
        quantity: '1',
        period: { start: '2026-10-03T00:00:00Z', end: '2026-10-04T00:00:00Z' },
      }),
      interval('d', { resourceId: 'i-on-premises', quantity: '1' }),
    ];
    await call(application, recordUsage, { body: { intervals } });
    const bill = billCsv([
      { cost: '1920', resource: 'i-1', day: '2026-10-02', ...gpuHour },
      { cost: '100', resource: 'i-2', day: '2026-10-03', category: 'Compute', tags: { 'steelyard.run': 'RUN-7' } },
      { cost: '77', resource: 'i-3', category: 'Compute' },
      { cost: '5', resource: 'a-bucket', category: 'Storage' },
    ]);
    await importFiles(application, 'aws', { 'a.csv': bill });
    const found = await call(application, getReconciliation, { query: { period: '2026-10' } });
    // i-1: 8 GPUs x 24 h billed at 1920, 10 a GPU-hour; a 48 and b 48 GPU-hours of 192 held, priced at 6.
    expect(found.resources).toEqual([
      expect.objectContaining({
        resource: 'i-1',
        match: 'resource',
        billed: '1920',
        reconciled: '960',
        idle: '960',
        untracked: '0',
        metered: '576',
        priceVariance: '384',
        billedHours: '192',
        meteredHours: '96',
        capacity: '8',
        capacitySource: 'bill',
      }),
      expect.objectContaining({
        resource: 'tag:steelyard.run=run-7',
        match: 'tag',
        billed: '100',
        reconciled: '100',
        idle: '0',
      }),
      expect.objectContaining({ resource: 'i-3', match: 'none', billed: '77', untracked: '77', metered: null }),
    ]);
    expect(found.subjects.map(({ subject, reconciled }) => [subject.team, reconciled])).toEqual([
      ['a', '480'],
      ['b', '480'],
      ['c', '100'],
    ]);
    expect(found.totals).toEqual([
      expect.objectContaining({ billed: '2097', reconciled: '1060', idle: '960', untracked: '77', withoutPrice: 0 }),
    ]);
    expect(found.unbilled.map(({ usage, resourceId }) => [usage, resourceId])).toEqual([['d', 'i-on-premises']]);
  });

  it('is empty without a bill: everything metered is unbilled', async () => {
    await call(application, recordUsage, { body: { intervals: [interval('a', { resourceId: 'i-1' })] } });
    const found = await call(application, getReconciliation, { query: { period: '2026-10' } });
    expect(found).toMatchObject({ resources: [], subjects: [], totals: [] });
    expect(found.unbilled).toHaveLength(1);
  });
});
