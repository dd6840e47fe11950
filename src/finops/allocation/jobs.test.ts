import { describe, expect, it } from 'vitest';
import { follow } from './jobs.ts';
import { deliver, openRoom } from './room.testing.ts';
import { AllocationRulesSpec } from './rules/schema.ts';
import { findLastDerivations, insertRules } from './store.ts';
import { allocatedDaily } from './tables.ts';

const rows = (period: string) => [
  { BilledCost: '5', BillingCurrency: 'USD', ChargePeriodStart: `${period}-02 00:00:00` },
];

describe('the job that lets allocations follow', () => {
  it('allocates a bill that never was, and then leaves it alone', async () => {
    await using own = await openRoom({ fingerprint: '1' });
    await deliver(own.deps, '2026-09', rows('2026-09'));
    await deliver(own.deps, '2026-10', rows('2026-10'));
    expect(await follow(own.deps)).toEqual(['2026-09', '2026-10']);
    expect(await own.deps.lake.partitions(own.deps.store, allocatedDaily)).toHaveLength(2);
    expect(await follow(own.deps)).toEqual([]);
  });

  it('allocates anew when usage came that a split looks at, and only then', async () => {
    const usage = { fingerprint: '1' };
    await using own = await openRoom(usage);
    await deliver(own.deps, '2026-10', rows('2026-10'));
    await follow(own.deps);
    usage.fingerprint = '2';
    expect(await follow(own.deps)).toEqual([]);
    const spec = AllocationRulesSpec.parse({
      rules: [
        { name: 'gpus', match: { billingCurrency: 'USD' }, split: { method: 'proportional', by: 'usage:gpu:*' } },
      ],
    });
    await insertRules(own.deps.store, 1, 'rules', spec, '2026-11-15T00:00:00.000Z');
    expect(await follow(own.deps)).toEqual(['2026-10']);
    usage.fingerprint = '3';
    expect(await follow(own.deps)).toEqual(['2026-10']);
    expect(await follow(own.deps)).toEqual([]);
    const [last] = await findLastDerivations(own.deps.store, '2026-10');
    expect(last).toMatchObject({
      rulesVersion: 1,
      deliveries: ['d_1'],
      usageFingerprint: expect.stringContaining('3'),
    });
  });
});
