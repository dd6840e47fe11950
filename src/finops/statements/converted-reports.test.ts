import { expect, it } from 'vitest';
import { postApply } from '../../platform/manifests/schema.ts';
import { call, importFiles } from '../../testing/application.ts';
import { sharedQuietApplication } from '../../testing/shared.ts';
import { listBudgets } from '../budgets/schema.ts';
import { importExchangeRates } from '../exchange/schema.ts';
import { applyRules, billCsv } from '../testing/allocation.ts';
import {
  getIssuedStatement,
  getStatement,
  getStatementCsv,
  getStatementHtml,
  issueStatements,
  listStatements,
} from './schema.ts';

const application = await sharedQuietApplication(
  { clock: { now: () => Date.parse('2026-11-10T12:00:00Z') } },
  { reportingCurrency: 'EUR' },
);

const rates = (text: string) => call(application, importExchangeRates, { body: { file: 'eurofxref-hist.csv', text } });
const budget = (name: string, more: string) => {
  const text = `apiVersion: steelyard/v1\nkind: Budget\nmetadata: {name: ${name}}\nspec: {amount: '100', ${more}}\n`;
  return call(application, postApply, { body: { documents: [{ file: 'b.yaml', text }] } });
};
const budgetNow = async (name: string) =>
  (await call(application, listBudgets)).budgets.find((one) => one.name === name);

await applyRules(application, "    - {name: tagged, match: {'tag:team': '*'}, subject: {team: '{tag:team}'}}\n");
const row = (team: string, cost: string, day: string, currency: string) => ({
  ...{ cost, currency, day: `2026-11-${day}`, period: '2026-11', tags: { team } },
});
await importFiles(application, 'aws', {
  'a.csv': billCsv([
    row('search', '10', '02', 'USD'),
    row('search', '4', '03', 'EUR'),
    row('search', '20', '04', 'USD'),
    row('search', '7', '03', 'CHF'),
    row('ads', '6', '03', 'CHF'),
    row('ads', '1', '05', 'USD'),
  ]),
});

it('converts the spend of a soft budget to its currency, each day at its rate, and counts what has no rate', async () => {
  await budget('soft', 'subject: {team: search}, currency: EUR');
  await budget('hard', 'subject: {team: search}, currency: USD, enforcement: hard');
  // Without rates, only the amount in euro is known.
  expect(await budgetNow('soft')).toMatchObject({
    billed: { amount: '4', currency: 'EUR' },
    conversion: {
      rates: [],
      leftOut: [
        { currency: 'CHF', amount: '7' },
        { currency: 'USD', amount: '30', days: 2 },
      ],
    },
  });
  await rates('Date,USD\n2026-11-02,1.25\n2026-11-04,1.6\n');
  const source = expect.stringContaining('ECB');
  expect(await budgetNow('soft')).toMatchObject({
    billed: { amount: '24.5', currency: 'EUR' },
    spent: { amount: '24.5' },
    remaining: '75.5',
    billedReason: null,
    conversion: {
      rates: [
        { currency: 'USD', rate: '0.8', date: '2026-11-02', from: '2026-11-02', to: '2026-11-02', source },
        { currency: 'USD', rate: '0.625', date: '2026-11-04', from: '2026-11-04', to: '2026-11-04', source },
      ],
      leftOut: [{ currency: 'CHF', amount: '7', days: 1, from: '2026-11-03', to: '2026-11-03' }],
    },
  });
  // A budget has its own currency, independent of the reporting currency.
  await budget('dollars', 'subject: {team: search}, currency: USD');
  expect(await budgetNow('dollars')).toMatchObject({ billed: { amount: '35', currency: 'USD' } });
  // A budget with hard enforcement uses the currency of its prices.
  expect(await budgetNow('hard')).toMatchObject({
    billed: null,
    billedReason: expect.stringContaining('Part of it is billed in'),
    conversion: null,
  });
});

it('does not take spend without any rate for nothing', async () => {
  await budget('unknown', 'subject: {team: ads}, currency: GBP');
  expect(await budgetNow('unknown')).toMatchObject({
    billed: null,
    billedReason: expect.stringMatching(/^No exchange rate from (CHF|USD) to GBP is known for it\.$/),
    state: 'unknown',
    conversion: {
      leftOut: [
        { currency: 'CHF', amount: '6' },
        { currency: 'USD', amount: '1' },
      ],
    },
  });
  await budget('ads-eur', 'subject: {team: ads}, currency: EUR');
  expect(await budgetNow('ads-eur')).toMatchObject({ billed: { amount: '0.625' } });
});

it('gives the total of statements in the reporting currency; teams and unallocated cost add up to the bill', async () => {
  const october = (cost: string, day: string, currency: string, team?: string) => ({
    ...{ cost, currency, day: `2026-10-${day}`, period: '2026-10', tags: team === undefined ? {} : { team } },
  });
  await importFiles(application, 'azure', {
    'b.csv': billCsv([
      { ...october('10', '02', 'USD', 'search'), effective: '20' },
      october('1.1', '05', 'USD', 'search'),
      october('4', '02', 'EUR', 'ads'),
      october('3', '02', 'CHF'),
      october('5', '06', 'USD'),
    ]),
  });
  await rates('Date,USD\n2026-10-02,1.25\n');
  const period = '2026-10';
  const month = await call(application, listStatements, { query: { period } });
  expect(
    month.statements.map(({ team, reporting }) => [team, reporting?.billedCost, reporting?.effectiveCost]),
  ).toEqual([
    ['ads', '4', '4'],
    ['search', '8.88', '16.88'],
    [null, '4', '4'],
  ]);
  expect(month.reporting).toEqual({
    ...{ currency: 'EUR', billedCost: '16.88', effectiveCost: '24.88' },
    rates: [
      {
        ...{ currency: 'USD', rate: '0.8', date: '2026-10-02', from: '2026-10-02', to: '2026-10-06' },
        source: expect.stringContaining('ECB'),
      },
    ],
    leftOut: [{ currency: 'CHF', billedCost: '3', effectiveCost: '3', days: 1, from: '2026-10-02', to: '2026-10-02' }],
  });
  // Bills keep their currency.
  expect(month.bill.map(({ currency, billedCost }) => [currency, billedCost])).toEqual([
    ['USD', '16.1'],
    ['EUR', '4'],
    ['CHF', '3'],
  ]);

  const asked = { params: { team: 'search' }, query: { period } };
  expect((await call(application, getStatement, asked)).reporting).toMatchObject({
    effectiveCost: '16.88',
    leftOut: [],
  });
  const inFrancs = { ...asked, query: { period, currency: 'CHF' } };
  expect((await call(application, getStatement, inFrancs)).reporting).toMatchObject({
    ...{ currency: 'CHF', effectiveCost: null, rates: [] },
    leftOut: [{ currency: 'USD', effectiveCost: '21.1', days: 2 }],
  });
  const rate = '1 USD = 0.8 EUR on 2 Oct 2026, for charges of 2 to 5 Oct 2026';
  const page = await call(application, getStatementHtml, asked);
  expect(page).toContain('<h2>In EUR</h2>');
  expect(page).toContain(rate);
  const csv = await call(application, getStatementCsv, asked);
  expect(csv).toContain('search,2026-10,,reporting,,,,EUR,8.88,16.88,');
  expect(csv).toContain(`search,2026-10,,rate,"${rate}`);
});

it('keeps the rates with a statement that is issued', async () => {
  const body = { period: '2026-10', allowProvisional: true };
  const { issued } = await call(application, issueStatements, { body });
  const number = issued.find(({ team }) => team === 'search')?.number ?? 0;
  const before = await call(application, getIssuedStatement, { params: { number } });
  await rates('Date,USD\n2026-10-02,2\n');
  const after = await call(application, getIssuedStatement, { params: { number } });
  expect(after).toEqual(before);
  expect(after.facts.reporting).toMatchObject({ effectiveCost: '16.88', rates: [{ rate: '0.8' }] });
  const { statements } = await call(application, listStatements, { query: { period: '2026-10' } });
  // A different rate requires no correction: the charged amounts are in the currency of the bill.
  expect(statements.map(({ reporting, issued: is }) => [reporting?.effectiveCost, is?.isCurrent])).toEqual([
    ['4', true],
    ['10.55', true],
    ['2.5', true],
  ]);
});
