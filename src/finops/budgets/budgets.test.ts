import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Application } from '../../main.ts';
import { postApply } from '../../platform/manifests/schema.ts';
import { call, importFiles, problemFrom, testApplication } from '../../testing.ts';
import { recordUsage } from '../metering/schema.ts';
import { listBudgets } from './schema.ts';

const NOW = Date.parse('2026-11-10T12:00:00Z');
const CONFIG = `
apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: own}
spec: {currency: USD, source: test, prices: [{resource: gpu, perHour: '10', effectiveFrom: 2026-01-01}]}
---
apiVersion: steelyard/v1
kind: AllocationRules
metadata: {name: rules}
spec: {rules: [{name: tagged, match: {'tag:team': '*'}, subject: {team: '{tag:team}'}}]}
---
apiVersion: steelyard/v1
kind: Budget
metadata: {name: recs}
spec: {subject: {team: recs}, amount: '100', currency: USD}
`;

let application: Application;
beforeEach(async () => {
  application = await testApplication({ clock: { now: () => NOW } });
  onTestFinished(() => application[Symbol.asyncDispose]());
  await apply(CONFIG);
});

const apply = (text: string) => call(application, postApply, { body: { documents: [{ file: 'b.yaml', text }] } });
const bill = (...rows: readonly [cost: string, currency: string, team: string, month?: string][]) => {
  const lines = rows.map(
    ([cost, currency, team, month = '2026-11']) =>
      `${cost},${cost},${currency},${month}-01,${month}-02,"{""team"": ""${team}""}"`,
  );
  const text = `BilledCost,EffectiveCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,Tags\n${lines.join('\n')}\n`;
  return importFiles(application, 'aws', { 'a.csv': text });
};
const hold = (hours: number, resource = 'gpu') =>
  call(application, recordUsage, {
    body: {
      intervals: [
        {
          usage: resource,
          subject: { team: 'recs' },
          resource,
          quantity: '1',
          period: { start: new Date(NOW - hours * 3_600_000).toISOString(), end: new Date(NOW).toISOString() },
          origin: 'test',
        },
      ],
    },
  });
const standing = async () => (await call(application, listBudgets)).budgets[0];

describe('a budget', () => {
  it('knows nothing before any bill or usage: unknown, not untouched', async () => {
    expect(await standing()).toMatchObject({ name: 'recs', billed: null, metered: null, remaining: null });
  });

  it('has left what neither the bill nor the meter has spent, whichever is further', async () => {
    await bill(['30', 'USD', 'recs'], ['500', 'USD', 'search'], ['70', 'USD', 'recs', '2026-10']);
    expect(await standing()).toMatchObject({ billed: { amount: '30' }, metered: null, remaining: '70' });
    await hold(4);
    expect(await standing()).toMatchObject({ billed: { amount: '30' }, metered: { amount: '40' }, remaining: '60' });
  });

  it('is whole when a bill covers the month and holds nothing of its subject', async () => {
    await bill(['500', 'USD', 'search']);
    expect(await standing()).toMatchObject({ billed: { amount: '0' }, remaining: '100' });
  });

  it('can be overdrawn', async () => {
    await bill(['130.5', 'USD', 'recs']);
    expect((await standing())?.remaining).toBe('-30.5');
  });

  it('does not take a cost in another currency for no cost', async () => {
    await bill(['5000', 'EUR', 'recs'], ['1', 'USD', 'recs']);
    expect(await standing()).toMatchObject({ billed: null, remaining: null });
  });

  it('does not take usage without a price for free usage', async () => {
    await hold(4);
    await hold(1, 'tpu');
    expect(await standing()).toMatchObject({ metered: null, remaining: null });
  });

  it('counts usage of this month only', async () => {
    await hold(24 * 15);
    // From 1 November, 0:00, to 10 November, 12:00: 228 hours of the 360.
    expect((await standing())?.metered).toEqual({ amount: '2280', currency: 'USD' });
  });

  it('with a misspelt field is refused with the line and what was meant', async () => {
    const text = CONFIG.split('---')[2]?.replace('amount', 'amuont') ?? '';
    expect(await problemFrom(apply(text))).toMatchObject({
      code: 'manifest_invalid',
      detail: expect.stringContaining('amount'),
    });
  });
});
