import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunGpuDay } from '../../finops/gpu-usage/index.ts';
import type { MeteredUsage } from '../../finops/metering/index.ts';
import { sumDecimals } from '../../platform/units/index.ts';
import { type BilledPart, computeRunCost } from './cost-of-run.ts';

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

const gpuDay = (day: string, amount: string): RunGpuDay => ({
  ...{ day, run: 'r', costs: [{ amount, currency: 'USD' }], reasons: [], priceSources: ['2.4 USD an hour'] },
  devices: [{ gpu: 'GPU-a', host: 'node-1', model: 'H100', gpuHours: '24' }],
});
const billed = (part: Partial<BilledPart>): BilledPart => ({
  ...{ period: '2026-10', currency: 'USD', reconciled: null, allocated: null, coveredHours: '0' },
  ...part,
});
const of = (facts: { usage?: MeteredUsage[]; billed?: BilledPart[]; gpuDays?: RunGpuDay[] }) =>
  computeRunCost({ usage: [], billed: [], gpuDays: [], energy, asOf, ...facts });

describe('the cost of a run', () => {
  it('is unknown, not zero, without usage', () => {
    expect(of({}).total).toEqual({ cost: null, basis: null, reason: 'no usage was recorded for the run' });
  });

  it('is metered until a bill comes', () => {
    const cost = of({ usage: [usage('4', '12'), usage('1', '0.5')] });
    expect(cost.total).toEqual({ cost: { amount: '12.5', currency: 'USD' }, basis: 'metered', reason: null });
    expect(cost.reconciled).toEqual({ cost: null, reason: 'no bill row matches its usage yet' });
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
    expect(cost.metered).toEqual({ cost: null, reason: 'the cost is in EUR and USD; currencies are not added' });
  });

  it('is metered by GPU readings where no usage was recorded', () => {
    const cost = of({ gpuDays: [gpuDay('2026-10-01', '4.8'), gpuDay('2026-10-02', '57.6')] });
    expect(cost).toMatchObject({
      total: { cost: { amount: '62.4', currency: 'USD' }, basis: 'metered', reason: null },
      metered: { cost: { amount: '62.4', currency: 'USD' }, reason: null },
      reconciled: { cost: null },
      gpuHours: { hours: '48', reason: null },
      priceSources: ['GPU readings: 2.4 USD an hour'],
      hardware: [{ resource: 'H100', resourceId: 'node-1', quantity: '1', hours: '48' }],
    });
  });

  it('is unknown when a part of its GPU time has no price', () => {
    const unpriced = { ...gpuDay('2026-10-02', '4.8'), costs: [], reasons: ['the price book has no price of "gpu:X"'] };
    const cost = of({ gpuDays: [gpuDay('2026-10-01', '4.8'), unpriced] });
    expect(cost.total).toEqual({
      ...{ cost: null, basis: null },
      reason: 'the price book has no price of "gpu:X"; no usage interval of the run names a ResourceId of the bill',
    });
    expect(cost.gpuHours.hours).toBe('48');
  });

  it('is one record of money, whichever there are: usage, bill, GPU readings and rules are never added up', () => {
    const amount = fc.integer({ min: 1, max: 10_000 }).map(String);
    const facts = fc.record({
      usage: fc.array(
        amount.map((cost) => usage('4', cost)),
        { maxLength: 2 },
      ),
      gpuDays: fc.array(
        amount.map((cost) => gpuDay('2026-10-01', cost)),
        { maxLength: 2 },
      ),
      billed: fc.array(
        fc.record({
          reconciled: fc.option(amount),
          allocated: fc.option(amount),
          coveredHours: fc.constantFrom('0', '8'),
        }),
        { maxLength: 2 },
      ),
    });
    const sum = (amounts: readonly (string | null | undefined)[]) => sumDecimals(amounts.map((one) => one ?? '0'));
    fc.assert(
      fc.property(facts, ({ billed: parts, ...rest }) => {
        const { total } = of({ ...rest, billed: parts.map(billed) });
        const records = [
          sum(rest.usage.map(({ metered }) => metered.cost?.amount)),
          ...(rest.usage.length === 0 ? [sum(rest.gpuDays.map(({ costs }) => costs[0]?.amount))] : []),
          sum(parts.map(({ reconciled }) => reconciled)),
          sum(parts.map(({ allocated }) => allocated)),
        ];
        if (total.cost !== null) expect(records).toContain(total.cost.amount);
        else expect(rest.usage.length + rest.gpuDays.length).toBe(0);
      }),
    );
  });

  it('knows GPU-hours of GPUs only', () => {
    const cost = of({ usage: [usage('4', '12', 'g5.xlarge')] });
    expect(cost.gpuHours).toEqual({
      hours: null,
      reason: 'its usage is of g5.xlarge, with an unknown number of GPUs',
    });
    expect(cost.hardware).toEqual([{ resource: 'g5.xlarge', resourceId: null, quantity: '2', hours: '4' }]);
  });
});
