import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Application } from '../../main.ts';
import { postApply } from '../../platform/manifests/schema.ts';
import { call, catchProblem, importFiles } from '../../testing/application.ts';
import { quietApplication, sharedQuietApplication } from '../../testing/shared.ts';
import { recordUsage } from '../metering/schema.ts';
import { applyRules } from '../testing/allocation.ts';
import { listBudgetDays, listBudgets } from './schema.ts';

const NOW = Date.parse('2026-11-10T12:00:00Z');
let now = NOW;
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
`;

const clock = { now: () => now };
const shared = await sharedQuietApplication({ clock });
let application: Application;
/** Each test has a separate team with its own budget; `recs` is the last import, the bill of the team's month. */
let recs = '';
let tests = 0;
beforeAll(async () => {
  application = shared;
  await apply(CONFIG);
});
beforeEach(async () => {
  now = NOW;
  application = shared;
  tests += 1;
  recs = `recs-${tests}`;
  await apply(spec(''));
});

/** A separate application, for tests of spend without a bill. */
async function ownApplication(): Promise<void> {
  const own = await quietApplication({ clock });
  onTestFinished(() => own[Symbol.asyncDispose]());
  application = own;
  await apply(`${CONFIG}---\n${spec('')}`);
}

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
          usage: `${recs}:${resource}`,
          subject: { team: recs },
          resource,
          quantity: '1',
          period: { start: new Date(NOW - hours * 3_600_000).toISOString(), end: new Date(NOW).toISOString() },
          origin: 'test',
        },
      ],
    },
  });
const standing = async () => (await call(application, listBudgets)).budgets.find(({ name }) => name === recs);

describe('a budget', () => {
  it('knows nothing before any bill or usage: unknown, not untouched', async () => {
    await ownApplication();
    expect(await standing()).toMatchObject({ name: recs, billed: null, metered: null, remaining: null });
  });

  it('has left what neither the bill nor the meter has spent, whichever is further', async () => {
    await bill(['30', 'USD', recs], ['500', 'USD', 'search'], ['70', 'USD', recs, '2026-10']);
    expect(await standing()).toMatchObject({ billed: { amount: '30' }, metered: null, remaining: '70' });
    await hold(4);
    expect(await standing()).toMatchObject({ billed: { amount: '30' }, metered: { amount: '40' }, remaining: '60' });
  });

  it('lists the effective cost of the days of its window and of the window before', async () => {
    const days = async () => (await call(application, listBudgetDays, { query: { budget: recs } })).budgets[0];
    await bill(['30', 'USD', recs], ['5', 'USD', recs], ['500', 'USD', 'search'], ['70', 'USD', recs, '2026-10']);
    expect(await days()).toMatchObject({
      currency: 'USD',
      previous: { start: '2026-10-01T00:00:00.000Z', end: '2026-11-01T00:00:00.000Z' },
      days: [
        { day: '2026-10-02', amount: '70' },
        { day: '2026-11-02', amount: '35' },
      ],
      reason: null,
    });
    await bill(['30', 'USD', recs], ['5', 'EUR', recs]);
    expect(await days()).toMatchObject({ days: [], reason: 'Part of it is billed in EUR.' });
  });

  it('has the owner that it states, else that of its team, and the notification routes that deliver its notices', async () => {
    const route = (name: string, match: string) =>
      `apiVersion: steelyard/v1\nkind: NotificationRoute\nmetadata: {name: ${name}}\nspec: {match: ${match}, to: {slack: {url: env:CHAT}}}\n`;
    expect(await standing()).toMatchObject({ owner: null, alerts: { recipients: 0, routes: [], sent: 0 } });
    await apply(
      `apiVersion: steelyard/v1\nkind: Team\nmetadata: {name: ${recs}}\nspec: {owner: lead@example.org}\n---\n${route(`all-${tests}`, `{teams: [${recs}]}`)}---\n${route(`drift-${tests}`, `{teams: [${recs}], topics: [alert]}`)}`,
    );
    expect(await standing()).toMatchObject({ owner: 'lead@example.org', alerts: { routes: [`all-${tests}`] } });
    await apply(spec(', owner: Finance'));
    expect(await standing()).toMatchObject({ owner: 'Finance' });
  });

  it('is whole when a bill covers the month and holds nothing of its subject', async () => {
    await bill(['500', 'USD', 'search']);
    expect(await standing()).toMatchObject({ billed: { amount: '0' }, remaining: '100' });
  });

  it('can be overdrawn', async () => {
    await bill(['130.5', 'USD', recs]);
    expect((await standing())?.remaining).toBe('-30.5');
  });

  it('does not take a cost in another currency for no cost', async () => {
    await bill(['5000', 'EUR', recs], ['1', 'USD', recs]);
    expect(await standing()).toMatchObject({ billed: null, remaining: null });
  });

  it('does not take usage without a price for free usage', async () => {
    await ownApplication();
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
    const text = spec('').replace('amount', 'amuont');
    expect(await catchProblem(apply(text))).toMatchObject({
      code: 'manifest_invalid',
      detail: expect.stringContaining('amount'),
    });
  });
});

const spec = (more: string, amount = '100') =>
  `apiVersion: steelyard/v1\nkind: Budget\nmetadata: {name: ${recs}}\nspec: {subject: {team: ${recs}}, amount: '${amount}', currency: USD${more}}\n`;

describe('a budget that rolls over', () => {
  it('adds what the window before left, and says how much of its limit that is', async () => {
    await ownApplication();
    await apply(spec(', rollOver: unspent'));
    await hold(4);
    expect(await standing()).toMatchObject({ limit: { amount: '100' }, rolledOver: { amount: '0' } });
    now = Date.parse('2026-12-05T00:00:00Z');
    expect(await standing()).toMatchObject({ limit: { amount: '160' }, rolledOver: { amount: '60' } });
    await apply(spec(', rollOver: none'));
    expect(await standing()).toMatchObject({ limit: { amount: '100' }, rolledOver: null });
  });

  it('takes the larger of bill and meter, also where the bill comes later', async () => {
    await ownApplication();
    await apply(spec(', rollOver: unspent'));
    await hold(4);
    now = Date.parse('2026-12-05T00:00:00Z');
    await bill(['85', 'USD', recs]);
    expect(await standing()).toMatchObject({ limit: { amount: '115' }, rolledOver: { amount: '15' } });
  });

  it('adds nothing while it is not known what was spent before', async () => {
    await ownApplication();
    await apply(spec(', rollOver: unspent'));
    now = Date.parse('2026-12-05T00:00:00Z');
    expect(await standing()).toMatchObject({ limit: { amount: '100' }, rolledOver: null });
  });

  it('and must hold has spent nothing where nothing was metered', async () => {
    await ownApplication();
    await apply(spec(', rollOver: unspent, enforcement: hard'));
    now = Date.parse('2026-12-05T00:00:00Z');
    expect(await standing()).toMatchObject({ limit: { amount: '200' }, rolledOver: { amount: '100' } });
  });

  it('leaves what the amount of its time left, whatever it was changed to since', async () => {
    await ownApplication();
    await apply(spec(', rollOver: unspent, enforcement: hard'));
    await hold(4);
    now = Date.parse('2026-12-05T00:00:00Z');
    await apply(spec(', rollOver: unspent, enforcement: hard', '1000'));
    expect(await standing()).toMatchObject({ limit: { amount: '1060' }, rolledOver: { amount: '60' } });
    await apply(spec(', rollOver: unspent, enforcement: hard, every: day', '1000'));
    expect(await standing()).toMatchObject({ limit: { amount: '1000' }, rolledOver: { amount: '0' } });
  });

  it('is refused for one that is given once', async () => {
    const problem = await catchProblem(apply(spec(', every: once, rollOver: unspent')));
    expect(problem.detail).toContain('no next window');
  });
});

describe('what bills say of a window', () => {
  const days = (...rows: readonly [cost: string, day: string, currency?: string][]) => {
    const lines = rows.map(
      ([cost, day, currency = 'USD']) =>
        `${cost},${cost},${currency},${day.slice(0, 7)}-01,${day},"{""team"": ""${recs}""}"`,
    );
    const header = 'BilledCost,EffectiveCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,Tags';
    return importFiles(application, 'aws', { 'a.csv': `${header}\n${lines.join('\n')}\n` });
  };

  it('of a week is the exact sum of its days', async () => {
    await apply(spec(', every: week'));
    await days(['1.1', '2026-11-08'], ['0.1', '2026-11-09'], ['0.2', '2026-11-09'], ['0.03', '2026-11-10']);
    expect(await standing()).toMatchObject({ billed: { amount: '0.33' }, billedReason: null });
  });

  it('of a quarter is the sum of its months, and unknown where one of them is missing', async () => {
    await ownApplication();
    await apply(spec(', every: quarter'));
    await days(['5', '2026-11-08']);
    expect(await standing()).toMatchObject({ billed: null, billedReason: 'No bill covers 2026-10.' });
    await days(['5', '2026-11-08'], ['7', '2026-10-31'], ['90', '2026-09-30']);
    expect(await standing()).toMatchObject({ billed: { amount: '12' } });
  });

  it('of a budget that is given once counts from its first instant', async () => {
    await apply(spec(', every: once'));
    await days(['5', '2026-11-08'], ['7', '2026-10-31']);
    expect(await standing()).toMatchObject({ billed: { amount: '12' } });
    await apply(spec(', every: once, from: 2026-11-01T00:00:00Z'));
    expect(await standing()).toMatchObject({ billed: { amount: '5' } });
  });

  it.each([
    ['Europe/Berlin', 'day', 'Its window begins or ends within a day in UTC.'],
    ['UTC', 'day', 'No bill reaches its window yet.'],
    ['UTC', 'year', 'No bill covers 2026-01.'],
  ])('is unknown with its reason: in %s by %s', async (timeZone, every, reason) => {
    await apply(spec(`, every: ${every}, timeZone: ${timeZone}`));
    await days(['5', '2026-11-08']);
    expect(await standing()).toMatchObject({ billed: null, billedReason: reason });
  });

  it('is unknown where no rule can assign cost to its team, and zero where one can and none was', async () => {
    await ownApplication();
    await apply(spec(''));
    await days(['5', '2026-11-08']);
    await applyRules(application, '    - {name: other, match: {serviceName: S3}, subject: {team: other}}\n');
    expect(await standing()).toMatchObject({
      billed: null,
      spent: null,
      state: 'unknown',
      billedReason: `No rule assigns cost to team "${recs}".`,
    });
    await applyRules(application, "    - {name: tagged, match: {'tag:unit': '*'}, subject: {team: '{tag:unit}'}}\n");
    expect(await standing()).toMatchObject({ billed: { amount: '0' }, billedReason: null, state: 'ok' });
  });

  it('is unknown where part of it is in another currency', async () => {
    await apply(spec(', every: week'));
    await days(['5', '2026-11-09'], ['7', '2026-11-10', 'EUR']);
    expect(await standing()).toMatchObject({ billed: null, billedReason: 'Part of it is billed in EUR.' });
  });
});
