import { expect, it } from 'vitest';
import { postApply } from '../../platform/manifests/schema.ts';
import { call, catchProblem, importFiles } from '../../testing/application.ts';
import { sharedQuietApplication } from '../../testing/shared.ts';
import { importExchangeRates, listExchangeRates } from '../exchange/schema.ts';
import { billCsv } from '../testing/allocation.ts';
import { costSummary, getMonthToDate } from './schema.ts';

const application = await sharedQuietApplication();

const rates = (text: string) => call(application, importExchangeRates, { body: { file: 'eurofxref-hist.csv', text } });
const reported = async (by: string, currency?: string) =>
  (await call(application, costSummary, { query: { by, ...(currency === undefined ? {} : { currency }) } })).reporting;

it('gives costs in one currency, each day at its rate, with what has no rate left out', async () => {
  const rows = [
    { cost: '10', day: '2026-10-02', service: 'S3' },
    { cost: '20', day: '2026-10-04', service: 'EC2' },
    { cost: '4', day: '2026-10-02', service: 'S3', currency: 'EUR' },
    { cost: '9', day: '2026-10-02', service: 'S3', currency: 'CHF' },
    { cost: '5', day: '2026-10-20', service: 'S3' },
  ];
  await importFiles(application, 'aws', { 'a.csv': billCsv(rows) });
  expect(await reported('serviceName')).toBeNull();
  expect(await reported('serviceName', 'USD')).toMatchObject({
    amount: '35',
    rates: [],
    leftOut: [
      { currency: 'CHF', amount: '9' },
      { currency: 'EUR', amount: '4' },
    ],
  });

  // 4 October 2026 is a Sunday.
  const answer = await rates('Date,USD,\n2026-10-02,1.25,\n2026-10-01,2,\n');
  expect(answer).toMatchObject({ days: 2, changedDays: 2, currencies: ['USD'], from: '2026-10-01', to: '2026-10-02' });
  expect((await rates('Date,USD\n2026-10-02,1.25\n')).changedDays).toBe(0);
  const inEuro = await reported('serviceName', 'EUR');
  expect(inEuro).toEqual({
    ...{ currency: 'EUR', amount: '28' },
    rows: [
      { serviceName: 'EC2', amount: '16', currency: 'EUR' },
      { serviceName: 'S3', amount: '12', currency: 'EUR' },
    ],
    rates: [
      {
        ...{ currency: 'USD', rate: '0.8', date: '2026-10-02', source: expect.stringContaining('ECB') },
        ...{ from: '2026-10-02', to: '2026-10-04' },
      },
    ],
    leftOut: [
      { currency: 'CHF', amount: '9', days: 1, from: '2026-10-02', to: '2026-10-02' },
      { currency: 'USD', amount: '5', days: 1, from: '2026-10-20', to: '2026-10-20' },
    ],
  });
  for (const by of ['day', 'regionId', 'serviceName,day']) expect((await reported(by, 'EUR'))?.amount).toBe('28');
  const query = { month: '2026-10', currency: 'EUR' };
  const toDate = await call(application, getMonthToDate, { query });
  const { amount, rates: used, leftOut } = inEuro ?? {};
  expect(toDate).toMatchObject({ through: '2026-10-20' });
  expect(toDate.reporting).toEqual({ currency: 'EUR', amount, rates: used, leftOut, before: null });
  const { totals } = await call(application, costSummary, { query: { by: 'serviceName', currency: 'EUR' } });
  expect(totals).toEqual([
    { currency: 'CHF', amount: '9' },
    { currency: 'EUR', amount: '4' },
    { currency: 'USD', amount: '35' },
  ]);
});

it('asks a table of one’s own before the ECB', async () => {
  const text = `apiVersion: steelyard/v1
kind: ExchangeRates
metadata: {name: treasury}
spec: {source: 'Treasury, October', base: USD, rates: [{date: '2026-10-01', rates: {EUR: '0.5', CHF: '0.75'}}]}
`;
  const apply = (document: string) =>
    call(application, postApply, { body: { documents: [{ file: 'rates.yaml', text: document }] } });
  expect((await apply(text)).applied[0]?.outcome).toBe('created');
  expect((await apply(text)).applied[0]?.outcome).toBe('unchanged');
  expect(await reported('serviceName', 'EUR')).toMatchObject({
    amount: '25.00000000000000000003',
    rates: [
      { currency: 'CHF', rate: '0.66666666666666666667', date: '2026-10-01', source: 'Treasury, October' },
      { currency: 'USD', rate: '0.5', date: '2026-10-01' },
    ],
    leftOut: [{ currency: 'USD', amount: '5' }],
  });
  const { tables } = await call(application, listExchangeRates);
  expect(tables.map(({ name, base, days }) => [name, base, days])).toEqual([
    ['treasury', 'USD', 1],
    ['ECB', 'EUR', 2],
  ]);
});

it('refuses a file that is none, and changes nothing', async () => {
  expect(await catchProblem(rates('Date,USD\n2026-10-02,9\n2026-10-03,x\n'))).toMatchObject({
    code: 'exchange_rates_invalid',
    detail: expect.stringContaining('line 3'),
  });
  expect((await rates('Date,USD\n2026-10-02,1.25\n')).changedDays).toBe(0);
});
