import { describe, expect, it } from 'vitest';
import type { MeteredUsage } from '../../finops/metering/index.ts';
import { type BilledPart, costOfRun } from './cost-of-run.ts';

const energy = { kilowattHours: null, reason: 'no GPU power was logged' };
const asOf = '2026-11-15T00:00:00.000Z';

function usage(hours: string, cost: string | null, resource = 'gpu:H100', currency = 'USD'): MeteredUsage {
  return {
    usage: {
      id: `u-${resource}-${hours}`,
      subject: { run: 'r' },
      resource,
      resourceId: null,
      quantity: '2',
      price: null,
      start: 0,
      end: 3_600_000,
      predictions: null,
      benchmark: null,
      origin: 'test',
      recordedAt: asOf,
    },
    metered:
      cost === null
        ? { cost: null, reason: `the price book has no "${resource}"`, prices: [] }
        : { cost: { amount: cost, currency }, reason: null, prices: [] },
    hours,
  };
}

const billed = (part: Partial<BilledPart>): BilledPart => ({
  ...{ period: '2026-10', currency: 'USD', reconciled: null, allocated: null, coveredHours: '0' },
  ...part,
});
const of = (facts: { usage?: MeteredUsage[]; billed?: BilledPart[] }) =>
  costOfRun({ usage: [], billed: [], energy, asOf, ...facts });

describe('the cost of a run', () => {
  it('is unknown, not zero, without usage', () => {
    expect(of({}).total).toEqual({ cost: null, basis: null, reason: 'no usage was recorded for the run' });
  });

  it('is metered until a bill comes', () => {
    const cost = of({ usage: [usage('4', '12'), usage('1', '0.5')] });
    expect(cost.total).toEqual({ cost: { amount: '12.5', currency: 'USD' }, basis: 'metered', reason: null });
    expect(cost.reconciled).toEqual({ cost: null, reason: 'no billed row meets its usage yet' });
    expect(cost.gpuHours).toEqual({ hours: '5', reason: null });
  });

  it('is unknown when one interval has no price, and says which', () => {
    const cost = of({ usage: [usage('4', '12'), usage('1', null, 'tpu')] });
    expect(cost.total).toMatchObject({ cost: null, basis: null });
    expect(cost.metered).toEqual({ cost: null, reason: 'the price book has no "tpu"' });
  });

  it('is reconciled once billed rows cover all of its hours, over two months', () => {
    const parts = [
      billed({ reconciled: '5', coveredHours: '1.5' }),
      billed({ period: '2026-11', reconciled: '6', coveredHours: '2.5' }),
    ];
    const cost = of({ usage: [usage('4', '12')], billed: parts });
    expect(cost.total).toEqual({ cost: { amount: '11', currency: 'USD' }, basis: 'reconciled', reason: null });
  });

  it('stays metered while the bill covers a part, which is shown as a part', () => {
    const cost = of({ usage: [usage('4', '12')], billed: [billed({ reconciled: '5', coveredHours: '1.5' })] });
    expect(cost.total).toMatchObject({ cost: { amount: '12' }, basis: 'metered' });
    expect(cost.reconciled).toEqual({
      cost: { amount: '5', currency: 'USD' },
      reason: 'the bill covers 1.5 of 4 metered hours so far',
    });
  });

  it('is what rules allocate where nothing was metered', () => {
    const cost = of({ billed: [billed({ allocated: '3' }), billed({ period: '2026-11', allocated: '4' })] });
    expect(cost.total).toEqual({ cost: { amount: '7', currency: 'USD' }, basis: 'allocated', reason: null });
  });

  it('does not add currencies up', () => {
    const cost = of({ usage: [usage('4', '12'), usage('1', '5', 'gpu:A10G', 'EUR')] });
    expect(cost.metered).toEqual({ cost: null, reason: 'it is in EUR and USD, which are not added up' });
  });

  it('knows GPU-hours of GPUs only', () => {
    const cost = of({ usage: [usage('4', '12', 'g5.xlarge')] });
    expect(cost.gpuHours).toEqual({
      hours: null,
      reason: 'its usage is of g5.xlarge; how many GPUs that held is not known',
    });
    expect(cost.hardware).toEqual([{ resource: 'g5.xlarge', resourceId: null, quantity: '2', hours: '4' }]);
  });
});
