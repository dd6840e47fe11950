import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Application } from '../../main.ts';
import { postApply } from '../../platform/manifests/schema.ts';
import { sumDecimals } from '../../platform/units/index.ts';
import { call, catchProblem, importFiles, postponeJobs, testApplication } from '../../testing/application.ts';
import { draws } from '../../testing/deep.ts';
import { seeded } from '../../testing/random.ts';
import { listBudgets } from '../budgets/schema.ts';
import { listForecasts, makeForecasts } from '../forecasts/schema.ts';
import { findReceivedDays } from './received-days.ts';
import { costSummary, getMonthToDate } from './schema.ts';

let application: Application;
beforeAll(async () => {
  application = await testApplication({ clock: { now: () => Date.parse('2026-11-29T12:00:00Z') } });
  await postponeJobs(application, 'anomalies.judge');
  const text = `apiVersion: steelyard/v1\nkind: Budget\nmetadata: {name: all}\nspec: {subject: {}, amount: '100', currency: USD}\n`;
  await call(application, postApply, { body: { documents: [{ file: 'b.yaml', text }] } });
});
afterAll(() => application[Symbol.asyncDispose]());

interface Charge {
  readonly start: string;
  readonly end: string;
  readonly period: string;
  readonly billed: string;
  readonly effective: string;
}

const HEADER =
  'BilledCost,EffectiveCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ChargePeriodEnd,ServiceName,ResourceId';

function billOf(source: string, charges: readonly Charge[]): string {
  const lines = charges.map(
    ({ billed, effective, period, start, end }, at) =>
      `${billed},${effective},USD,${period}-01T00:00:00Z,${start},${end},EC2,${source}-${at}`,
  );
  return `${[HEADER, ...lines].join('\n')}\n`;
}

const instant = (day: string, hour: number) =>
  new Date(Date.parse(`${day}T00:00:00Z`) + hour * 3_600_000).toISOString().replace('.000', '');

/**
 * Charges of every day from 1 October to a day of November, at random hours and of random length, some in the bill of
 * the other month.
 */
function randomCharges(next: () => number, lastDay: number): Charge[] {
  const amount = () => (next() < 0.2 ? '0' : (next() * 50 - 2).toFixed(Math.floor(next() * 12)));
  return Array.from({ length: 31 + lastDay }, (_, at): Charge => {
    const [month, day] = at < 31 ? ['2026-10', at + 1] : ['2026-11', at - 30];
    const date = `${month}-${String(day).padStart(2, '0')}`;
    const hour = Math.floor(next() * 24);
    const period = month === '2026-10' && next() < 0.1 ? '2026-11' : month;
    const end = instant(date, hour + 1 + Math.floor(next() * 30));
    return { start: instant(date, hour), end, period, billed: amount(), effective: amount() };
  });
}

describe('the month to date', () => {
  const seeds = Array.from({ length: draws(20, 2) }, (_, at) => at + 1);
  it.each(seeds)('is one figure in costs, budgets and forecasts, to one day (bills %i)', async (seed) => {
    const next = seeded(seed);
    const lastDays = [3 + Math.floor(next() * 26), 3 + Math.floor(next() * 26)];
    const bills = lastDays.map((lastDay) => randomCharges(next, lastDay));
    for (const [at, charges] of bills.entries()) {
      await importFiles(application, `source-${at}`, { 'a.csv': billOf(`source-${at}`, charges) });
    }
    await application.events.drain();
    await call(application, makeForecasts, { body: {} });
    await application.jobs.drain();
    const through = `2026-11-${String(Math.min(...lastDays)).padStart(2, '0')}`;
    const inMonth = bills.flat().filter(({ start }) => start.startsWith('2026-11'));
    const sum = (charges: readonly Charge[]) => sumDecimals(charges.map(({ effective }) => effective));
    const amount = sum(inMonth.filter(({ start }) => start.slice(0, 10) <= through));
    const later = sum(inMonth.filter(({ start }) => start.slice(0, 10) > through));

    const toDate = await call(application, getMonthToDate);
    expect(toDate).toMatchObject({ month: '2026-11', from: '2026-11-01', through, metric: 'effectiveCost' });
    expect(toDate.totals).toEqual([{ currency: 'USD', amount, later }]);
    const query = { by: 'serviceName', from: toDate.from, to: through };
    expect((await call(application, costSummary, { query })).totals).toEqual([{ currency: 'USD', amount }]);
    const { budgets } = await call(application, listBudgets);
    expect(budgets[0]).toMatchObject({
      billed: { amount: sumDecimals([amount, later]) },
      toDate: { through, amount, later },
    });
    const { forecasts, standing } = await call(application, listForecasts, { query: {} });
    expect(standing).toMatchObject({ month: '2026-11', through });
    const ofBudget = forecasts.find(({ level }) => level === 'budget');
    const [listed] = (await call(application, listBudgets)).budgets;
    expect(listed).toMatchObject({ forecast: { amount: ofBudget?.forecast?.mean }, forecastBasis: 'forecast' });
    for (const level of ['total', 'budget']) {
      expect(forecasts.find((forecast) => forecast.level === level)?.known).toBe(amount);
    }
    const before = bills
      .flat()
      .filter(({ start }) => start >= '2026-10-01' && start.slice(0, 10) <= `2026-10${through.slice(7)}`);
    expect(toDate.before).toEqual({
      ...{ from: '2026-10-01', through: `2026-10${through.slice(7)}` },
      totals: [{ currency: 'USD', amount: sum(before.filter(({ start }) => start < '2026-11')) }],
    });
  });

  it('of an earlier month is the whole month, and of one without a bill an error', async () => {
    const toDate = await call(application, getMonthToDate, { query: { month: '2026-10' } });
    expect(toDate).toMatchObject({ through: '2026-10-31', isComplete: true, before: null });
    const problem = await catchProblem(call(application, getMonthToDate, { query: { month: '2026-08' } }));
    expect(problem).toMatchObject({ code: 'bill_period_not_covered', detail: expect.stringContaining('2026-08') });
  });
});

describe('the last whole day', () => {
  const source = (through: string, chargedDays = 20, producedAt: string | null = null) => ({
    ...{ source: through, month: through.slice(0, 7), through, chargedDays, producedAt, isFollowed: false },
  });
  it.each([
    ['is that of the source that is furthest behind', [source('2026-11-29'), source('2026-11-26')], '2026-11-26'],
    ['heeds no source of a few fees', [source('2026-11-29'), source('2026-11-01', 1)], '2026-11-29'],
    ['heeds fees where there is nothing else', [source('2026-11-01', 1)], '2026-11-01'],
    [
      'is no day that ended less than a day before the delivery',
      [source('2026-11-29', 20, '2026-11-29T18:00:00Z')],
      '2026-11-27',
    ],
  ])('%s', (_, sources, through) => {
    expect(findReceivedDays({ sources })?.through).toBe(through);
  });

  it('is unknown without a charge', () => {
    expect(findReceivedDays({ sources: [] })).toBeNull();
  });
});
