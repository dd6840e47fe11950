import { beforeEach, describe, expect, it } from 'vitest';
import { call, importFiles } from '../../testing/application.ts';
import { sharedQuietApplication } from '../../testing/shared.ts';
import { recordUsage } from '../metering/schema.ts';
import { applyRules, type BillRow, billCsv, readCostBy } from '../testing/allocation.ts';
import { recordTokenUsage } from '../tokens/schema.ts';
import { getCoverage, getRuleHits } from './schema.ts';

const application = await sharedQuietApplication({ clock: { now: () => Date.parse('2026-11-15T00:00:00Z') } });
/** Each test replaces the October bill with rows of a test-specific resource, and replaces the rules. */
let resource = '';
let tests = 0;
beforeEach(() => {
  tests += 1;
  resource = `resource-${tests}`;
});

const TAGGED = "    - {name: tagged, match: {'tag:team': '*'}, subject: {team: '{tag:team}'}}\n";
const team = (name: string, cost: string, more: Partial<BillRow> = {}): BillRow => ({
  cost,
  tags: { team: name },
  ...more,
});
const shared = (cost: string, more: Partial<BillRow> = {}): BillRow => ({ cost, service: 'AWS Support', ...more });
const load = (rows: readonly BillRow[], source = 'aws') =>
  importFiles(application, source, { 'a.csv': billCsv(rows.map((row) => ({ resource, ...row }))) });
const byTeam = (period = '2026-10') => readCostBy(application, 'team', period);
const coverage = async () =>
  (await call(application, getCoverage, { query: { period: '2026-10' } })).rows.map(
    ({ period: _period, day: _day, value: _value, ...row }) => row,
  );

describe('splits of shared cost', () => {
  it('splits evenly over listed receivers, the last decimal included', async () => {
    await applyRules(
      application,
      "    - {name: support, match: {serviceName: 'AWS Support'}, split: {method: even, to: [{team: a}, {team: b}, {team: c}]}}\n",
    );
    await load([shared('10')]);
    const third = `3.${'3'.repeat(21)}`;
    expect(await byTeam()).toEqual({ a: third, b: third, c: `3.${'3'.repeat(20)}4` });
  });

  it('splits by given weights as exact fractions', async () => {
    await applyRules(
      application,
      "    - {name: support, match: {service: 'AWS Support'}, split: {method: weights, to: [{subject: {team: a}, weight: '2.5'}, {subject: {team: b}, weight: '7.5'}]}}\n",
    );
    await load([shared('100'), shared('0.00000000000000000001')]);
    expect(await byTeam()).toEqual({ a: '25.000000000000000000002', b: '75.000000000000000000008' });
  });

  it('splits in proportion to the cost of teams in the same currency, by day when asked', async () => {
    const by = (per: string) =>
      `${TAGGED}    - {name: support, match: {serviceName: 'AWS Support'}, split: {method: proportional, by: cost, per: ${per}}}\n`;
    await load([
      team('a', '30', { day: '2026-10-02' }),
      team('b', '10', { day: '2026-10-03' }),
      team('b', '1000', { currency: 'EUR' }),
      shared('4', { day: '2026-10-02' }),
      shared('4', { day: '2026-10-03' }),
    ]);
    await applyRules(application, by('period'));
    expect(await byTeam()).toMatchObject({ a: '36' });
    await applyRules(application, by('day'));
    expect(await byTeam()).toMatchObject({ a: '34' });
  });

  it('weighs by effective cost unless the rule names another column', async () => {
    const rules = (more: string) =>
      `${TAGGED}    - {name: support, match: {serviceName: 'AWS Support'}, split: {method: proportional, by: cost${more}}}\n`;
    // Team a runs on a prepaid commitment: its billed cost is 0.
    await load([team('a', '0', { effective: '30' }), team('b', '10'), shared('8')]);
    await applyRules(application, rules(''));
    expect(await byTeam()).toEqual({ a: '36', b: '12' });
    await applyRules(application, rules(', metric: billedCost'));
    expect(await byTeam()).toEqual({ a: '30', b: '18' });
  });

  it('takes fixed amounts off the effective cost of the pool', async () => {
    await load([shared('0', { effective: '100' })]);
    await applyRules(
      application,
      "    - {name: support, match: {serviceName: 'AWS Support'}, split: {method: fixed, currency: USD, amounts: [{subject: {team: x}, amount: '40'}]}}\n",
    );
    expect(await byTeam()).toEqual({ x: '40', unallocated: '60' });
  });

  it('settles pools in layers: what one gives counts as cost for the next', async () => {
    await load([team('a', '10'), team('b', '30'), shared('60', { service: 'Platform' }), shared('100')]);
    await applyRules(
      application,
      `${TAGGED}    - {name: platform, match: {serviceName: Platform}, split: {method: weights, to: [{subject: {team: a}}]}}
    - {name: support, match: {serviceName: 'AWS Support'}, split: {method: proportional, by: cost}}\n`,
    );
    expect(await byTeam()).toEqual({ a: '140', b: '60' });
    const { hits } = await call(application, getRuleHits, { query: { period: '2026-10' } });
    expect(hits.map(({ rule, billRows, amount }) => [rule, billRows, amount])).toEqual([
      ['tagged', 2, '40'],
      ['platform', 1, '60'],
      ['support', 1, '100'],
      [null, 0, '0'],
    ]);
  });

  it('gives fixed amounts to the last decimal over any number of rows, and the rest to whom it names', async () => {
    const fixed = (rest: string) =>
      `    - {name: support, match: {serviceName: 'AWS Support'}, split: {method: fixed, currency: USD, amounts: [{subject: {team: x}, amount: '1000'}]${rest}}}\n`;
    await load([shared('333.33'), shared('1700.01'), shared('-7.1234567'), shared('0.7'), shared('1')]);
    await applyRules(application, fixed(''));
    expect(await byTeam()).toEqual({ x: '1000', unallocated: '1027.9165433' });
    expect(await coverage()).toEqual([
      expect.objectContaining({ allocated: '1000', sharedUnallocated: '1027.9165433', unallocated: '0' }),
    ]);
    await applyRules(application, fixed(', remainder: [{subject: {team: y}}, {subject: {team: z}}]'));
    expect(await byTeam()).toMatchObject({ x: '1000', y: '513.95827165', z: '513.95827165' });
  });

  it('splits a pool that is smaller than the fixed amounts in their ratio', async () => {
    await load([shared('10')]);
    await applyRules(
      application,
      "    - {name: support, match: {serviceName: 'AWS Support'}, split: {method: fixed, currency: USD, amounts: [{subject: {team: x}, amount: '1000'}, {subject: {team: y}, amount: '3000'}]}}\n",
    );
    expect(await byTeam()).toEqual({ x: '2.5', y: '7.5' });
  });

  it('keeps a pool whole that nobody has a part in, as a row of its own', async () => {
    await load([shared('10')]);
    await applyRules(
      application,
      "    - {name: support, match: {serviceName: 'AWS Support'}, split: {method: proportional, by: 'usage:tpu:*'}}\n",
    );
    expect(await byTeam()).toEqual({ unallocated: '10' });
    expect(await coverage()).toEqual([
      expect.objectContaining({ sharedUnallocated: '10', total: '10', allocatedRatio: 0 }),
    ]);
  });

  it('splits by metered GPU-hours and by requests', async () => {
    const interval = (usage: string, subject: object, quantity: string, hours: number, predictions?: number) => ({
      usage,
      subject,
      quantity,
      resource: 'gpu:A10G',
      period: {
        start: '2026-10-02T00:00:00Z',
        end: new Date(Date.parse('2026-10-02T00:00:00Z') + hours * 3.6e6).toISOString(),
      },
      origin: 'test',
      ...(predictions === undefined ? {} : { predictions }),
    });
    const intervals = [
      interval('1', { team: 'a', run: 'r1' }, '2', 3, 100),
      interval('2', { team: 'a', run: 'r2' }, '1', 2),
      interval('3', { team: 'b' }, '8', 1, 300),
    ];
    await call(application, recordUsage, { body: { intervals } });
    await load([shared('32')]);
    const by = (basis: string) =>
      `    - {name: gpus, match: {serviceName: 'AWS Support'}, split: {method: proportional, by: '${basis}'}}\n`;
    await applyRules(application, by('usage:gpu:*'));
    expect(await byTeam()).toEqual({ a: '16', b: '16' });
    await applyRules(application, by('requests'));
    expect(await byTeam()).toEqual({ a: '8', b: '24' });
  });

  it('splits by tokens, whatever the model', async () => {
    const record = (usage: string, team: string, inputTokens: number, outputTokens: number) => ({
      usage,
      subject: { team },
      model: 'gpt-4o',
      at: '2026-10-05T00:00:00Z',
      inputTokens,
      outputTokens,
      origin: 'test',
    });
    const records = [record('1', 'a', 90, 10), record('2', 'a', 50, 50), record('3', 'b', 500, 100)];
    await call(application, recordTokenUsage, { body: { records } });
    await load([shared('8')]);
    await applyRules(
      application,
      "    - {name: gateway, match: {serviceName: 'AWS Support'}, split: {method: proportional, by: tokens}}\n",
    );
    expect(await byTeam()).toEqual({ a: '2', b: '6' });
  });

  it('splits by a quantity of the bill itself and never adds up different units', async () => {
    await load([
      team('a', '1', { service: 'Bucket', quantity: '30', unit: 'GB-Mo' }),
      team('b', '9', { service: 'Bucket', quantity: '10', unit: 'GB-Mo' }),
      team('b', '1', { service: 'Bucket', quantity: '5000', unit: 'Requests' }),
      shared('8'),
    ]);
    const by = (unit: string) =>
      `${TAGGED}    - {name: storage, match: {serviceName: 'AWS Support'}, split: {method: proportional, by: quantity, of: {serviceName: Bucket}${unit}}}\n`;
    await applyRules(application, by(", unit: 'GB-Mo'"));
    expect(await byTeam()).toEqual({ a: '7', b: '12' });
    await applyRules(application, by(''));
    expect(await byTeam()).toMatchObject({ unallocated: '8' });
  });

  it('splits over everybody who has cost of their own in the billing period', async () => {
    await load([team('a', '1'), team('b', '3'), shared('8')]);
    await applyRules(
      application,
      `${TAGGED}    - {name: support, match: {serviceName: 'AWS Support'}, split: {method: even}}\n`,
    );
    expect(await byTeam()).toEqual({ a: '5', b: '7' });
  });

  it('derives every unit of the period when another unit is delivered', async () => {
    await applyRules(
      application,
      `${TAGGED}    - {name: support, match: {serviceName: 'AWS Support'}, split: {method: proportional, by: cost}}\n`,
    );
    const september = { period: '2026-09', day: '2026-09-02' };
    await load([team('a', '10', september), shared('100', september)]);
    expect(await byTeam('2026-09')).toEqual({ a: '110' });
    await load([team('b', '30', { ...september, resource: `${resource}-b` })], 'azure');
    expect(await byTeam('2026-09')).toEqual({ a: '35', b: '105' });
  });
});

describe('matching', () => {
  it('takes spellings of keys and values for one', async () => {
    await applyRules(
      application,
      TAGGED,
      `  normalise:\n    separators: true\n    tagKeys: {team: [owner_team, Squad]}\n    values: {'tag:team': {ml-platform: [mlplatform, 'MLP']}}\n`,
    );
    await load([
      { cost: '1', tags: { Team: 'ML Platform' } },
      { cost: '2', tags: { owner_team: 'mlplatform' } },
      { cost: '4', tags: { squad: ' mlp ' } },
      { cost: '8', tags: { team: '', SQUAD: 'ml_platform' } },
      { cost: '16', tags: { team: '' } },
    ]);
    expect(await byTeam()).toEqual({ 'ml-platform': '15', unallocated: '16' });
  });

  it('matches by charge time and holds rules to the time they are in effect', async () => {
    await applyRules(
      application,
      `    - {name: early, match: {chargePeriod: {to: '2026-10-02T00:00:00Z'}}, subject: {team: early}}
    - {name: old, match: {account: ['1']}, effectiveTo: '2026-10-03T00:00:00Z', subject: {team: old}}
    - {name: new, match: {account: ['1']}, effectiveFrom: '2026-10-03T00:00:00Z', subject: {team: new}}\n`,
    );
    await load([
      { cost: '1', day: '2026-10-01' },
      { cost: '2', day: '2026-10-02' },
      { cost: '4', day: '2026-10-03' },
    ]);
    expect(await byTeam()).toEqual({ early: '1', old: '2', new: '4' });
  });
});
