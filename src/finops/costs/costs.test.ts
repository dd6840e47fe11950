import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Application } from '../../main.ts';
import { decimal, sumDecimals } from '../../platform/units/index.ts';
import { call, catchProblem, importFiles } from '../../testing/application.ts';
import { isDeep } from '../../testing/deep.ts';
import { quietApplication, sharedQuietApplication } from '../../testing/shared.ts';
import { buildRangeConditions, canContain, isByDay } from '../billing/index.ts';
import { applyRules, type BillRow, bill, inMonth, SPLITTING_RULES } from '../testing/costs.ts';
import { buildExactFilter, buildFilterConditions, parseFilter } from './filters.ts';

import { costRows, costSummary, costValues } from './schema.ts';

const shared = await sharedQuietApplication();
beforeAll(() => applyRules(shared, SPLITTING_RULES));

/** The last import is the current bill of its months. */
const take = (name: string, rows: readonly BillRow[], to = shared) =>
  importFiles(to, 'aws', { [`${name}.csv`]: bill(rows) });
const summary = (by: string, query: object = {}, of = shared) => call(of, costSummary, { query: { by, ...query } });
const amounts = async (by: string, query: object = {}, of: Application = shared) =>
  Object.fromEntries((await summary(by, query, of)).rows.map((row) => [row[by] ?? 'none', row.amount]));
const on = (day: string, cost: string, change: BillRow = {}): BillRow => ({
  ...inMonth('2026-10', cost),
  ChargePeriodStart: `${day}T23:59:59Z`,
  ChargePeriodEnd: `${day}T23:59:59Z`,
  ...change,
});

describe('the figures of a delivery', () => {
  it('stay as they were when it counted, by subject too, although rules and bill are others now', async () => {
    await using application = await quietApplication();
    await applyRules(application, SPLITTING_RULES);
    const rows = [inMonth('2026-10', '9'), { ...inMonth('2026-10', '10'), ServiceName: 'Support', Tags: '' }];
    const first = await take('first', rows, application);
    const before = await summary('team', {}, application);
    const rowsBefore = await call(application, costRows, { query: {} });
    await take('second', [inMonth('2026-10', '1')], application);
    await applyRules(application, '    - {name: all, match: {billingCurrency: usd}, subject: {team: everyone}}\n');
    expect(await amounts('team', {}, application)).toEqual({ everyone: '1' });
    const delivery = first.delivery ?? '';
    expect(await summary('team', { delivery }, application)).toEqual(before);
    expect(await call(application, costRows, { query: { delivery } })).toEqual(rowsBefore);
    expect(sumDecimals(rowsBefore.rows.map((row) => row.billedCost ?? ''))).toBe('19');
    expect(await amounts('team', { delivery, period: '2026-11' }, application)).toEqual({});
  });

  it('are refused for a delivery that never came', async () => {
    expect(await catchProblem(summary('team', { delivery: `d_${'0'.repeat(20)}` }))).toMatchObject({
      code: 'bill_delivery_not_found',
    });
  });

  it('that never counted are unallocated, and its own', async () => {
    await using application = await quietApplication();
    await applyRules(application, SPLITTING_RULES);
    await take('bill', [inMonth('2026-10', '9')], application);
    const copy = await importFiles(application, 'copy', { 'copy.csv': bill([inMonth('2026-10', '9')]) });
    expect(copy.units).toMatchObject([{ standing: 'shadowed' }]);
    expect(await amounts('team', {}, application)).toEqual({ search: '9' });
    expect(await amounts('team', { delivery: copy.delivery ?? '' }, application)).toEqual({ none: '9' });
  });
});

describe('a range', () => {
  it('of days takes both ends, whatever the billing period', async () => {
    await take('a', [
      on('2026-10-01', '1'),
      on('2026-10-02', '2'),
      on('2026-10-03', '4'),
      { ...on('2026-09-30', '8') },
    ]);
    expect((await summary('day', { from: '2026-10-02', to: '2026-10-03' })).totals).toMatchObject([{ amount: '6' }]);
    expect(await amounts('day', { to: '2026-10-01' })).toEqual({ '2026-09-30': '8', '2026-10-01': '1' });
    expect(await amounts('week', { from: '2026-10-01' })).toEqual({ '2026-W40': '7' });
    expect(await amounts('month', { from: '2026-09', to: '2026-09' })).toEqual({});
  });

  it.each([
    [{ from: '2026-10', to: '2026-10-03' }, 'mixes'],
    [{ from: '2026-10-03', to: '2026-10-02' }, 'after'],
    [{ from: '2026-02-30' }, 'day that exists'],
    [{ from: '2026-13' }, 'billing month'],
  ])('%o is refused in words', async (query, words) => {
    const problem = await catchProblem(summary('day', query));
    expect(problem).toMatchObject({ code: 'invalid_request', detail: expect.stringContaining(words) });
  });

  it('reads only the billing periods that it can hold', () => {
    expect(
      ['2026-08', '2026-09', '2026-10'].filter((each) => canContain({ from: '2026-09', to: '2026-09' }, each)),
    ).toEqual(['2026-09']);
    expect(canContain({ from: '2026-10-01' }, '2026-09')).toBe(true);
    expect([isByDay({}), isByDay({ to: '2026-10-01' })]).toEqual([false, true]);
    expect(buildRangeConditions({ to: '2026-12-31' })).toEqual(["ChargePeriodStart < TIMESTAMP '2027-01-01 00:00:00'"]);
  });
});

describe('filters', () => {
  const rows: BillRow[] = [
    { ...inMonth('2026-10', '1'), ServiceName: 'Amazon EC2' },
    { ...inMonth('2026-10', '2'), ServiceName: 'Amazon S3' },
    { ...inMonth('2026-10', '4'), ServiceName: 'A*' },
    { ...inMonth('2026-10', '8'), ServiceName: '' },
  ].map((row) => ({ ...row, Tags: '' }));
  beforeAll(() => take('a', rows));

  it.each([
    [['serviceName=Amazon EC2'], '1'],
    [['serviceName=Amazon EC2', 'serviceName=Amazon S3'], '3'],
    [['serviceName=Amazon*'], '3'],
    [['serviceName=A*'], '7'],
    [['serviceName=A\\*'], '4'],
    [['serviceName='], '8'],
    [['serviceName=', 'serviceName=Amazon S3'], '10'],
    [['serviceName!=Amazon EC2'], '14'],
    [['serviceName!=Amazon*', 'serviceName!='], '4'],
    [['serviceName=A*', 'serviceName!=Amazon S3'], '5'],
    [['serviceName=Amazon*', 'team='], '3'],
    [["serviceName=it's"], undefined],
  ])('%j', async (filter, amount) => {
    expect((await summary('month', { filter })).totals[0]?.amount).toBe(amount);
  });

  it('that are exact take what they name and nothing else', () => {
    expect(parseFilter('tag:a!=b=c')).toEqual({ dimension: 'tag:a', isNot: true, value: 'b=c' });
    expect([buildExactFilter('x', 'A*'), buildExactFilter('x', null), buildExactFilter('x', 'a')]).toEqual([
      'x=A\\*',
      'x=',
      'x=a',
    ]);
    expect(buildFilterConditions([parseFilter(buildExactFilter('x', 'A*'))], (name) => name)).toEqual(["(x = 'A*')"]);
  });
});

describe('the values of a dimension', () => {
  it('come with their money, largest first, and can be searched', async () => {
    await take('a', [
      { ...inMonth('2026-10', '1'), ServiceName: 'Amazon EC2' },
      { ...inMonth('2026-10', '5'), ServiceName: 'Amazon S3' },
      { ...inMonth('2026-10', '3'), ServiceName: 'Amazon S3', BillingCurrency: 'EUR' },
      { ...inMonth('2026-10', '2'), ServiceName: '', Tags: '' },
    ]);
    const values = (query: object) => call(shared, costValues, { query: { dimension: 'serviceName', ...query } });
    expect(await values({ limit: 2 })).toEqual({
      values: [
        {
          value: 'Amazon S3',
          rows: 2,
          totals: [
            { currency: 'EUR', amount: '3' },
            { currency: 'USD', amount: '5' },
          ],
        },
        { value: null, rows: 1, totals: [{ currency: 'USD', amount: '2' }] },
      ],
      totalValues: 3,
    });
    expect((await values({ search: 'ec2' })).values.map(({ value }) => value)).toEqual(['Amazon EC2']);
    expect(await values({ search: '%' })).toEqual({ values: [], totalValues: 0 });
    expect(
      (await values({ dimension: 'team', filter: 'serviceName=Amazon*' })).values.map(({ value }) => value),
    ).toEqual(['search']);
  });
});

describe('every grouping', () => {
  it('sums to the bill, split rows and rows without an allocation included, under any filter', async () => {
    const cost = fc
      .bigInt(-(10n ** 13n), 10n ** 14n)
      .map((units) => decimal(String(units)).dividedBy('1e11').toFixed());
    const anyRow = fc.record({
      cost,
      service: fc.constantFrom('Support', 'Network', 'S3', 'Amazon EC2'),
      team: fc.constantFrom('search', 'ads', ''),
      day: fc.constantFrom('2026-10-01', '2026-10-05', '2026-10-31'),
    });
    const groupings = [
      'team',
      'rule',
      'kind',
      'week',
      'team,day',
      'project,serviceName',
      'tag:team,team',
      'kind,skuId',
    ];
    let round = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyRow, { minLength: 1, maxLength: 20 }),
        fc.constantFrom(...groupings),
        fc.constantFrom('S3', 'Support', null),
        async (anyRows, by, service) => {
          round += 1;
          await take(
            String(round),
            anyRows.map((row) =>
              on(row.day, row.cost, {
                ServiceName: row.service,
                Tags: row.team === '' ? '' : JSON.stringify({ team: row.team }),
              }),
            ),
          );
          const own = anyRows.filter((row) => service === null || row.service === service);
          const { rows, totals } = await summary(by, service === null ? {} : { filter: `serviceName=${service}` });
          expect(sumDecimals(rows.map((row) => row.amount ?? 'NaN'))).toBe(sumDecimals(own.map((row) => row.cost)));
          expect(totals.map((total) => total.amount)).toEqual(
            own.length === 0 ? [] : [sumDecimals(own.map((row) => row.cost))],
          );
        },
      ),
      { numRuns: isDeep ? 30 : 3 },
    );
  });
});
