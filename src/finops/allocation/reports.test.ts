import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { call, catchProblem, importFiles } from '../../testing/application.ts';
import { sharedQuietApplication } from '../../testing/shared.ts';
import { applyRules, billCsv } from '../testing/allocation.ts';
import { getAllocationRules, getCoverage, getRuleHits, getUnallocated, listDerivations } from './schema.ts';

const application = await sharedQuietApplication();
beforeAll(async () => {
  const rows = [
    { cost: '60', tags: { team: 'a' }, day: '2026-10-01' },
    { cost: '20', tags: { owner: 'Search', env: 'prod' }, account: '77', day: '2026-10-02' },
    { cost: '15', tags: { owner: 'fraud' }, account: '77', service: 'EC2', day: '2026-10-02' },
    { cost: '5', account: '99', day: '2026-10-02' },
  ];
  await importFiles(application, 'aws', { 'a.csv': billCsv(rows) });
});
beforeEach(async () => {
  await applyRules(application, "    - {name: tagged, match: {'tag:team': '*'}, subject: {team: '{tag:team}'}}\n");
});

describe('coverage', () => {
  it('says by period and by day how much has somebody who answers for it', async () => {
    const { rows } = await call(application, getCoverage, { query: {} });
    expect(rows).toEqual([
      {
        period: '2026-10',
        day: null,
        value: null,
        currency: 'USD',
        total: '100',
        allocated: '60',
        idle: '0',
        unallocated: '40',
        sharedUnallocated: '0',
        rowsWithoutMetric: 0,
        allocatedRatio: 0.6,
      },
    ]);
    const days = await call(application, getCoverage, { query: { interval: 'day', from: '2026-10', to: '2026-10' } });
    expect(days.rows.map(({ day, allocatedRatio }) => [day, allocatedRatio])).toEqual([
      ['2026-10-01', 1],
      ['2026-10-02', 0],
    ]);
  });

  it('is of the charge days of a range, with the rules and the unallocated cost of the same days', async () => {
    const days = { from: '2026-10-02', to: '2026-10-31' };
    const { rows } = await call(application, getCoverage, { query: days });
    expect(rows.map(({ total, unallocated }) => [total, unallocated])).toEqual([['40', '40']]);
    const { hits } = await call(application, getRuleHits, { query: days });
    expect(hits.map(({ rule, amount }) => [rule, amount])).toEqual([
      ['tagged', '0'],
      [null, '40'],
    ]);
    const { totals } = await call(application, getUnallocated, { query: { from: '2026-10-01', to: '2026-10-01' } });
    expect(totals).toEqual([]);
    const mixed = call(application, getCoverage, { query: { from: '2026-10', to: '2026-10-02' } });
    expect(await catchProblem(mixed)).toMatchObject({ code: 'invalid_request' });
  });

  it('says how many rows do not state the cost, which is not zero', async () => {
    const { rows } = await call(application, getCoverage, { query: { metric: 'listCost' } });
    expect(rows.map(({ total, rowsWithoutMetric }) => [total, rowsWithoutMetric])).toEqual([['0', 4]]);
  });

  it('is there without any rules, and by any dimension of the roll-up', async () => {
    const { rows } = await call(application, getCoverage, { query: { by: 'subAccountId', period: '2026-10' } });
    expect(rows.map(({ value, total, unallocated }) => [value, total, unallocated])).toEqual([
      ['1', '60', '0'],
      ['77', '35', '35'],
      ['99', '5', '5'],
    ]);
  });
});

describe('what is unallocated', () => {
  it('is listed by any dimension of bill rows', async () => {
    const found = await call(application, getUnallocated, { query: { by: 'tag:owner', period: '2026-10' } });
    expect(found.rows).toEqual([
      { value: 'Search', currency: 'USD', amount: '20', billRows: 1, share: 0.5 },
      { value: 'fraud', currency: 'USD', amount: '15', billRows: 1, share: 0.375 },
      { value: null, currency: 'USD', amount: '5', billRows: 1, share: 0.125 },
    ]);
    expect(found.totals).toEqual([{ currency: 'USD', amount: '40' }]);
    expect(await catchProblem(call(application, getUnallocated, { query: { by: 'nothing' } }))).toMatchObject({
      code: 'dimension_unknown',
    });
  });

  it('comes with the rules that would take most of it, and such a rule takes what was said', async () => {
    const { suggestions } = await call(application, getUnallocated, { query: {} });
    expect(suggestions.slice(0, 3).map(({ dimension, value, amount }) => [dimension, value, amount])).toEqual([
      ['tag:owner', null, '35'],
      ['subAccountId', '77', '35'],
      ['serviceName', 'S3', '25'],
    ]);
    await applyRules(application, `    - ${JSON.stringify(suggestions[0]?.rule)}\n`);
    const { hits } = await call(application, getRuleHits, { query: {} });
    expect(hits).toEqual([
      { rule: 'by-owner', currency: 'USD', billRows: 2, rowsWithoutMetric: 0, amount: '35', share: 0.35 },
      { rule: null, currency: 'USD', billRows: 2, rowsWithoutMetric: 0, amount: '65', share: 0.65 },
    ]);
  });

  it('holds rows whose rule found nobody to name', async () => {
    await applyRules(application, "    - {name: owner, match: {serviceName: S3}, subject: {team: '{tag:owner}'}}\n");
    const { rows } = await call(application, getCoverage, { query: { by: 'rule' } });
    expect(rows.map(({ value, allocated, unallocated }) => [value, allocated, unallocated])).toEqual([
      ['owner', '20', '65'],
      [null, '0', '15'],
    ]);
    expect((await call(application, getUnallocated, { query: {} })).totals).toEqual([
      { currency: 'USD', amount: '80' },
    ]);
  });
});

describe('versions of the rules', () => {
  it('are kept, and every derivation says what it stands on', async () => {
    const { version } = await call(application, getAllocationRules);
    await applyRules(application, '    - {name: all, match: {billingCurrency: usd}, subject: {team: all}}\n');
    const first = await call(application, getAllocationRules, { query: { version } });
    expect(first.rules.map(({ name }) => name)).toEqual(['tagged']);
    expect((await call(application, getAllocationRules)).version).toBe(version + 1);
    const missing = await catchProblem(call(application, getAllocationRules, { query: { version: 999 } }));
    expect(missing).toMatchObject({ code: 'allocation_rules_not_found', status: 404 });
    const { derivations } = await call(application, listDerivations);
    expect(derivations).toEqual([
      expect.objectContaining({
        period: '2026-10',
        rulesVersion: version + 1,
        deliveries: [expect.stringMatching(/^d_/)],
        usage: null,
      }),
    ]);
  });
});
