import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal } from '../../src/platform/units/schema.ts';
import { planBudget } from './budget-plan.ts';

const plan = (amount: string, graceSeconds?: number, parallel = 2) =>
  planBudget({ budget: { amount, currency: 'USD' }, hourly: decimal('3.06'), parallel, graceSeconds });

describe('what a sweep needs to spend its budget', () => {
  it.each([
    ['0.05', 2],
    ['0.10', 4],
    ['0.50', 10],
    ['500', 10],
  ])('gives trials of a budget of %s USD %i s to stop in', (amount, graceSeconds) => {
    expect(plan(amount).graceSeconds).toBe(graceSeconds);
  });

  it('keeps a stated grace and says the minimum budget for it', () => {
    expect(plan('0.05', 10)).toEqual({
      graceSeconds: 10,
      least: { amount: '0.0095625', currency: 'USD' },
      minimum: { amount: '0.095625', currency: 'USD' },
    });
  });

  it('needs enough for all trials of a time', () => {
    expect(plan('0.05', 1, 8).minimum).toEqual({ amount: '0.0612', currency: 'USD' });
  });

  it('leaves at most a tenth of any budget from the minimum on', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 64 }), (cents, parallel) => {
        const amount = (cents / 1000).toFixed(3);
        const { least, minimum } = plan(amount, undefined, parallel);
        if (decimal(amount).lessThan(minimum.amount)) return;
        expect(decimal(least.amount).dividedBy(amount).toNumber()).toBeLessThanOrEqual(0.1 + 1e-6);
      }),
    );
  });
});
