import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Application } from '../../main.ts';
import { call, catchProblem, deliverFiles, importFiles } from '../../testing/application.ts';
import { quietApplication, sharedQuietApplication } from '../../testing/shared.ts';
import { costRows, costSummary } from '../costs/schema.ts';
import { listDeliveries } from './schema.ts';

const HEADER =
  'BilledCost,EffectiveCost,ListCost,ContractedCost,BillingCurrency,BillingPeriodStart,BillingPeriodEnd,ChargePeriodStart,ChargePeriodEnd,ChargeCategory,ServiceName,ServiceProviderName,SubAccountId,Tags';

const row = (billed: string, change: Partial<Record<string, string>> = {}) =>
  Object.values({
    billed,
    effective: billed,
    list: billed,
    contracted: billed,
    currency: 'USD',
    periodStart: '2026-10-01T00:00:00Z',
    periodEnd: '2026-11-01T00:00:00Z',
    start: '2026-10-03T00:00:00Z',
    end: '2026-10-04T00:00:00Z',
    category: 'Usage',
    service: 'Amazon SageMaker',
    provider: 'AWS',
    account,
    tags: '"{""team"": ""search""}"',
    ...change,
  }).join(',');

const bill = (...rows: string[]) => `${[HEADER, ...rows].join('\n')}\n`;

const application = await sharedQuietApplication();
/** Each test uses its own source and its own account. */
let source = '';
let account = '';
let tests = 0;
beforeEach(() => {
  tests += 1;
  [source, account] = [`aws-${tests}`, `account-${tests}`];
});

const ofAccount = (by: string, filter: readonly string[] = []) => ({
  query: { by, filter: [`subAccountId=${account}`, ...filter] },
});
const summary = (by: string) => call(application, costSummary, ofAccount(by));
const total = async () => (await summary('serviceName')).totals;

describe('a bill that comes in', () => {
  it('sums exactly, with eleven decimals and negative rows', async () => {
    const result = await importFiles(application, source, {
      'a.csv': bill(row('0.00000000001'), row('10.1'), row('-0.3')),
    });
    expect(result).toMatchObject({
      rows: 3,
      accepted: 3,
      rejected: [],
      periods: ['2026-10'],
      replaced: [],
      unchanged: false,
    });
    expect(await total()).toEqual([{ currency: 'USD', amount: '9.80000000001' }]);
  });

  describe('in one bill of many spellings', () => {
    const amounts = [
      ['12345678901234567.12345678901234567891', '12345678901234567.12345678901234567891'],
      ['0.123456789012', '0.123456789012'],
      ['99999999.5', '99999999.5'],
      ['-1.5E-7', '-0.00000015'],
      ['5E-21', '0.000000000000000000005'],
      ['9.75e-2', '0.0975'],
      ['1.25E3', '1250'],
      ['+3', '3'],
      ['12345678901', '12345678901'],
    ] as const;
    const starts = [
      ['2026-10-03 00:00:00', '2026-10-03'],
      ['2026-10-03T02:30:00+05:00', '2026-10-02'],
      ['2026-10-03T23:59:59.999Z', '2026-10-03'],
      ['2026-10-03T23:59:59Z', '2026-10-03'],
      ['2026-10-03T00:00Z', '2026-10-03'],
      ['2026-10-03T01:00+02:00', '2026-10-02'],
      ['2026-10-03', '2026-10-03'],
    ] as const;
    const ofService = (by: string, service: string) => ({ query: { by, filter: [`serviceName=${service}`] } });
    beforeAll(async () => {
      const rows = [
        ...amounts.map(([billed]) => row(billed, { service: `amount ${billed}` })),
        ...starts.map(([start]) => row('1', { start, service: `start ${start}` })),
      ];
      await importFiles(application, 'spellings', { 'a.csv': bill(...rows) });
    });

    it.each(amounts)('takes the amount %s for exactly %s', async (billed, amount) => {
      const { totals } = await call(application, costSummary, ofService('serviceName', `amount ${billed}`));
      expect(totals).toEqual([{ currency: 'USD', amount }]);
    });

    it.each(starts)('dates the charge %s on the day %s in UTC', async (start, day) => {
      const { rows } = await call(application, costSummary, ofService('day', `start ${start}`));
      expect(rows.map((each) => each.day)).toEqual([day]);
    });
  });

  it('reads NULL and empty as no value, in any column that may be empty', async () => {
    await importFiles(application, source, {
      'a.csv': bill(row('1', { contracted: 'NULL', service: '', tags: 'NULL' })),
    });
    const { query } = ofAccount('serviceName');
    expect(await call(application, costSummary, { query: { ...query, metric: 'contractedCost' } })).toEqual({
      metric: 'contractedCost',
      reporting: null,
      rows: [{ serviceName: null, amount: null, currency: 'USD' }],
      totals: [],
      leftOut: { rejectedRows: 0, rowsWithoutMetric: 1 },
    });
  });

  it('finds a tag whatever the blanks and the case of its key', async () => {
    const tags = ['"{""team"": ""a""}"', '"{"" team"": ""a""}"', '"{""Team"": ""a""}"', '"{""other"": ""x""}"'];
    await importFiles(application, source, { 'a.csv': bill(...tags.map((each) => row('1', { tags: each }))) });
    const { rows } = await summary('tag:team');
    expect(rows).toEqual([
      { 'tag:team': 'a', amount: '3', currency: 'USD' },
      { 'tag:team': null, amount: '1', currency: 'USD' },
    ]);
  });

  it('keeps columns that FOCUS does not know, and groups by them', async () => {
    const text = `Id,${bill(row('2')).replace('\n', `\n7,`)}`;
    await importFiles(application, source, { 'a.csv': text });
    const { rows } = await summary('x_Id');
    expect(rows).toEqual([{ x_Id: '7', amount: '2', currency: 'USD' }]);
  });

  it('takes the provider of FOCUS 1.0 to 1.2 for the service provider of 1.3', async () => {
    await importFiles(application, source, { 'a.csv': bill(row('1')).replace('ServiceProviderName', 'ProviderName') });
    const { rows } = await summary('serviceProviderName');
    expect(rows[0]?.serviceProviderName).toBe('AWS');
  });

  it('reads gzip, a byte-order mark, semicolons and CRLF alike', async () => {
    await importFiles(application, `${source}-a`, { 'a.csv.gz': gzipSync(bill(row('1'))) });
    const windows = { 'b.csv': `\ufeff${bill(row('2'))}`.replaceAll('\n', '\r\n') };
    await deliverFiles(application, `${source}-b`, windows, { overlap: 'beside' });
    const semicolons = { 'c.csv': bill(row('4', { tags: '' })).replaceAll(',', ';') };
    await deliverFiles(application, `${source}-c`, semicolons, { overlap: 'beside' });
    expect(await total()).toEqual([{ currency: 'USD', amount: '7' }]);
  });

  it('splits a file that holds two billing periods over their units', async () => {
    const november = { periodStart: '2026-11-01', periodEnd: '2026-12-01', start: '2026-11-01', end: '2026-11-02' };
    const result = await importFiles(application, source, { 'a.csv': bill(row('1'), row('2', november)) });
    expect(result.periods).toEqual(['2026-10', '2026-11']);
    const { rows } = await summary('month');
    expect(rows.map(({ month, amount }) => [month, amount])).toEqual([
      ['2026-11', '2'],
      ['2026-10', '1'],
    ]);
  });

  it('leads from a figure to the rows behind it and their place in the file', async () => {
    await importFiles(application, source, { 'a.csv': bill(row('1'), row('5', { service: 'Amazon Bedrock' })) });
    const page = await call(application, costRows, {
      query: { filter: ['serviceName=Amazon Bedrock', `subAccountId=${account}`] },
    });
    expect(page).toMatchObject({ totalRows: 1, nextPageToken: null });
    expect(page.rows[0]).toMatchObject({ file: 'a.csv', rowNumber: '2', billedCost: '5', team: null });
  });
});

describe('a delivery', () => {
  it('is a no-op when the same files come again, under whatever name', async () => {
    const first = await importFiles(application, source, { 'a.csv': bill(row('1')) });
    const again = await importFiles(application, source, { 'renamed.csv': bill(row('1')) });
    expect(again).toMatchObject({ delivery: first.delivery, unchanged: true, replaced: [] });
    expect(await total()).toEqual([{ currency: 'USD', amount: '1' }]);
  });

  it('replaces its source and period whole, and nothing else', async () => {
    const first = await importFiles(application, source, { 'a.csv': bill(row('1'), row('2')) });
    await deliverFiles(application, `${source}-azure`, { 'z.csv': bill(row('100')) }, { overlap: 'beside' });
    const second = await importFiles(application, source, { 'a.csv': bill(row('5')) });
    expect(second.replaced).toEqual([first.delivery]);
    expect(await total()).toEqual([{ currency: 'USD', amount: '105' }]);
    const { deliveries } = await call(application, listDeliveries);
    expect(deliveries.map((delivery) => [delivery.source, delivery.current])).toEqual(
      expect.arrayContaining([
        [source, true],
        [source, false],
        [`${source}-azure`, true],
      ]),
    );
  });

  it('does not come back when an older one is sent again after a newer', async () => {
    await importFiles(application, source, { 'a.csv': bill(row('1')) });
    await importFiles(application, source, { 'a.csv': bill(row('2')) });
    const again = await importFiles(application, source, { 'a.csv': bill(row('1')) });
    expect(again.unchanged).toBe(true);
    expect(await total()).toEqual([{ currency: 'USD', amount: '2' }]);
  });

  it('of a header without rows changes nothing yet is kept', async () => {
    const result = await importFiles(application, source, { 'a.csv': bill() });
    expect(result).toMatchObject({ rows: 0, accepted: 0, periods: [], totals: [] });
  });
});

describe('a bill that cannot be accepted', () => {
  let untouched: Application;
  beforeAll(async () => {
    untouched = await quietApplication();
  });
  afterAll(() => untouched[Symbol.asyncDispose]());
  const refusalOf = (files: Parameters<typeof importFiles>[2]) => catchProblem(importFiles(untouched, source, files));
  const isUntouched = async () => {
    expect((await call(untouched, costSummary, { query: { by: 'serviceName' } })).totals).toEqual([]);
    expect((await call(untouched, listDeliveries)).deliveries).toEqual([]);
  };

  it.each([
    ['a number that is none', row('12,5'.replace(',', 'x')), 'BilledCost', 'not a decimal number'],
    ['a number with two points and an exponent', row('5.2.1E-9'), 'BilledCost', 'not a decimal number'],
    ['a missing amount', row(''), 'BilledCost', 'is empty'],
    ['an unknown currency', row('1', { currency: 'XXQ' }), 'BillingCurrency', 'ISO 4217'],
    ['a date that is none', row('1', { start: '03/10/2026' }), 'ChargePeriodStart', 'not an instant'],
    ['a word for a date', row('1', { start: 'infinity' }), 'ChargePeriodStart', 'not an instant'],
    ['a day that does not exist', row('1', { start: '2026-02-30T00:00:00Z' }), 'ChargePeriodStart', 'not an instant'],
    [
      'a period that ends before it starts',
      row('1', { end: '2026-10-02T00:00:00Z' }),
      'ChargePeriodEnd',
      'ends before',
    ],
    ['tags that are no JSON', row('1', { tags: 'team=search' }), 'Tags', 'not a JSON object'],
  ])('for %s is refused with file, line and column, and nothing is stored', async (_what, bad, column, reason) => {
    const problem = await refusalOf({ 'a.csv': bill(row('1'), bad, row('2')) });
    expect(problem).toMatchObject({
      code: 'bill_rows_rejected',
      delivery: null,
      rows: 3,
      accepted: 2,
      rejectedRows: 1,
    });
    expect(problem.rejected).toEqual([{ file: 'a.csv', line: 3, column, reason: expect.stringContaining(reason) }]);
    await isUntouched();
  });

  it('names the right line behind a field with line breaks in it', async () => {
    const multiline = row('1', { service: '"two\nlines"' });
    const problem = await refusalOf({ 'a.csv': bill(multiline, row('x')) });
    expect(problem.rejected).toMatchObject([{ line: 4 }]);
  });

  it('for a row with fewer or more fields than the header is refused', async () => {
    const problem = await refusalOf({ 'a.csv': bill(row('1'), '1,2,3', `${row('1')},more`) });
    expect(problem.rejected).toMatchObject([
      { line: 3, reason: expect.stringContaining('fewer fields') },
      { line: 4, reason: expect.stringContaining('more fields') },
    ]);
  });

  it('goes in without the rows that were allowed to be left out, and every total says so', async () => {
    const december = { periodStart: '2026-12-01', periodEnd: '2027-01-01', start: '2026-12-01', end: '2026-12-02' };
    const rows = [row('1', december), row('x', december)];
    const result = await importFiles(application, source, { 'a.csv': bill(...rows) }, 1);
    expect(result).toMatchObject({ rows: 2, accepted: 1, rejectedRows: 1 });
    const query = { by: 'serviceName', period: '2026-12' };
    const { totals, leftOut } = await call(application, costSummary, { query });
    expect(totals).toEqual([{ currency: 'USD', amount: '1' }]);
    expect(leftOut.rejectedRows).toBe(1);
  });

  it.each([
    ['empty', Buffer.alloc(0), 'file_empty'],
    ['cut-off gzip', gzipSync(bill(row('1'))).subarray(0, 60), 'file_truncated'],
    ['damaged gzip', Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0]), Buffer.alloc(50, 7)]), 'file_unreadable'],
    ['cut-off Parquet', Buffer.from('PAR1 and then nothing'), 'file_truncated'],
    ['Parquet in name only', Buffer.from(`PAR1${'x'.repeat(50)}PAR1`), 'bill_malformed'],
    ['UTF-16', Buffer.from(`\ufeff${bill(row('1'))}`, 'utf16le'), 'file_not_utf8'],
    ['Latin-1', Buffer.from(bill(row('1', { service: 'Münze' })), 'latin1'), 'file_not_utf8'],
    ['an Excel workbook', Buffer.from('504b030400000000', 'hex'), 'file_format_unknown'],
    ['prose', Buffer.from('Dear finance team\nhere is the bill\n'), 'file_format_unknown'],
    ['a bill in another format', Buffer.from('UsageDate,Cost\n2026-10-01,5\n'), 'bill_column_missing'],
    ['a quote that never ends', Buffer.from(bill(row('1', { service: '"Amazon' }))), 'bill_malformed'],
  ])('a file that is %s is refused with its own code', async (_what, content, code) => {
    const problem = await refusalOf({ 'bad.csv': content });
    expect(problem).toMatchObject({ code, detail: expect.stringContaining('bad.csv') });
    await isUntouched();
  });

  it('names the line of bytes that are not UTF-8', async () => {
    const content = Buffer.from(bill(row('1'), row('1', { service: 'Münze' })), 'latin1');
    expect(await refusalOf({ 'a.csv': content })).toMatchObject({ line: 3 });
  });

  it('is refused whole when one of its files is bad, and leaves no file behind', async () => {
    const files = { 'good.csv': bill(row('1')), 'bad.csv': '' };
    expect(await refusalOf(files)).toMatchObject({ code: 'file_empty' });
    await isUntouched();
  });
});

const shared = join(import.meta.dirname, '../../../../shared/data/finops/focus');

describe.skipIf(!existsSync(shared))('real files (skipped without ../shared)', () => {
  it('imports the real anonymised FOCUS 1.0 bill to the last decimal, once', async () => {
    await using application = await quietApplication();
    const realTotal = async (by: string) =>
      (await call(application, costSummary, { query: { by, metric: 'billedCost' } })).totals;
    const name = 'focus_1.0_real_anonymised_1000.csv';
    const files = { [name]: readFileSync(join(shared, name)) };
    expect(await importFiles(application, 'sample', files)).toMatchObject({
      accepted: 1000,
      rejected: [],
      unchanged: false,
    });
    for (const by of ['serviceProviderName', 'tag:org', 'day,serviceName', 'team', 'x_Id']) {
      expect(await realTotal(by)).toEqual([{ currency: 'USD', amount: '20.52022672899' }]);
    }
    const { rows } = await call(application, costSummary, {
      query: { by: 'serviceProviderName', metric: 'billedCost' },
    });
    expect(rows).toEqual([
      { serviceProviderName: 'AWS', amount: '18.0066386184', currency: 'USD' },
      { serviceProviderName: 'Microsoft', amount: '1.97651418586', currency: 'USD' },
      { serviceProviderName: 'Oracle', amount: '0.53707392473', currency: 'USD' },
    ]);
    expect((await importFiles(application, 'sample', files)).unchanged).toBe(true);
  });
});
