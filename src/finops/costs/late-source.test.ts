import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Application } from '../../main.ts';
import { postApply } from '../../platform/manifests/schema.ts';
import { call, importFiles, postponeJobs, testApplication } from '../../testing/application.ts';
import { seeded } from '../../testing/random.ts';
import { deleteSourceEndpoint } from '../billing/index.ts';
import { listBudgets } from '../budgets/schema.ts';
import { listForecasts, makeForecasts } from '../forecasts/schema.ts';
import { findReceivedDays } from './received-days.ts';
import { costSummary, getMonthToDate } from './schema.ts';

let application: Application;
beforeAll(async () => {
  application = await testApplication({ clock: { now: () => Date.parse('2026-11-29T12:00:00Z') } });
  await postponeJobs(application, 'anomalies.judge');
  const text = `apiVersion: steelyard/v1\nkind: Budget\nmetadata: {name: all}\nspec: {subject: {}, amount: '9000', currency: USD}\n`;
  await call(application, postApply, { body: { documents: [{ file: 'b.yaml', text }] } });
});
afterAll(() => application[Symbol.asyncDispose]());

const HEADER =
  'BilledCost,EffectiveCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ChargePeriodEnd,ServiceName,ResourceId';

/** A bill of a month with the same charge on each of its first days. */
function billOf(source: string, month: string, days: number, amount: string): string {
  const lines = Array.from({ length: days }, (_, at) => {
    const day = `${month}-${String(at + 1).padStart(2, '0')}`;
    return `${amount},${amount},USD,${month}-01T00:00:00Z,${day}T00:00:00Z,${day}T01:00:00Z,Service of ${source},${source}`;
  });
  return `${[HEADER, ...lines].join('\n')}\n`;
}

const october: readonly [string, string, number, string][] = [
  ['prompt', '2026-10', 31, '10'],
  ['prompt', '2026-11', 26, '10'],
  ['late', '2026-10', 31, '3'],
  ['fees', '2026-10', 1, '5'],
];

async function importInOrder(bills: typeof october): Promise<void> {
  for (const [source, month, days, amount] of bills) {
    await importFiles(application, source, { [`${month}.csv`]: billOf(source, month, days, amount) });
  }
}

const LATE = [
  { source: 'fees', through: '2026-10-01' },
  { source: 'late', through: '2026-10-31' },
];

describe('a source of which only the month before has come', () => {
  it('does not take the days of the others, and is named beside the amount', async () => {
    await importInOrder(october);
    const toDate = await call(application, getMonthToDate);
    expect(toDate).toMatchObject({ month: '2026-11', through: '2026-11-26', isComplete: false, behind: LATE });
    expect(toDate.totals).toEqual([{ currency: 'USD', amount: '260', later: '0' }]);
    const query = { by: 'serviceName', from: toDate.from, to: '2026-11-26' };
    expect((await call(application, costSummary, { query })).totals).toEqual([{ currency: 'USD', amount: '260' }]);
  });

  it('is not in the month before that the amount is compared with', async () => {
    const { before } = await call(application, getMonthToDate);
    expect(before).toEqual({
      ...{ from: '2026-10-01', through: '2026-10-26' },
      totals: [{ currency: 'USD', amount: '260' }],
    });
  });

  it('is named by budgets and forecasts beside the same amount', async () => {
    const [budget] = (await call(application, listBudgets)).budgets;
    expect(budget?.toDate).toEqual({ through: '2026-11-26', amount: '260', later: '0', behind: LATE });
    await call(application, makeForecasts, { body: {} });
    await application.jobs.drain();
    const { forecasts, standing } = await call(application, listForecasts, { query: {} });
    expect(standing).toMatchObject({ month: '2026-11', through: '2026-11-26', behind: LATE });
    for (const level of ['total', 'budget']) {
      const found = forecasts.find((forecast) => forecast.level === level);
      expect(found).toMatchObject({ known: '260', forecast: { mean: '300' } });
    }
  });

  it('leaves what only it charges without a forecast, not at zero', async () => {
    const { forecasts } = await call(application, listForecasts, { query: { level: 'service' } });
    expect(forecasts.find(({ key }) => key === 'Service of late')).toMatchObject({
      forecast: null,
      reason: expect.stringContaining('late (to 2026-10-31)'),
    });
  });

  it('gives the same answer in whatever order bills came', async () => {
    await postponeJobs(application, 'forecasts.make');
    const expected = await call(application, getMonthToDate);
    for (const source of ['prompt', 'late', 'fees']) {
      await call(application, deleteSourceEndpoint, { body: { source, dryRun: false } });
    }
    await importInOrder(october.toReversed());
    expect(await call(application, getMonthToDate)).toEqual(expected);
  });

  it('decides the last whole day once it has delivered days of the month', async () => {
    await importInOrder([
      ['late', '2026-11', 20, '3'],
      ['fees', '2026-11', 1, '5'],
    ]);
    const toDate = await call(application, getMonthToDate);
    expect(toDate).toMatchObject({ through: '2026-11-20', behind: [] });
    expect(toDate.totals).toEqual([{ currency: 'USD', amount: '265', later: '60' }]);
  });

  it('is behind in a month that it has skipped', async () => {
    await importInOrder([
      ['skips', '2026-09', 30, '1'],
      ['skips', '2026-11', 29, '1'],
    ]);
    const toDate = await call(application, getMonthToDate, { query: { month: '2026-10' } });
    expect(toDate).toMatchObject({
      ...{ through: '2026-10-31', isComplete: false },
      behind: [{ source: 'skips', through: '2026-09-30' }],
    });
  });
});

describe('received days', () => {
  const sourceOf = (source: string, month: string, day: number, chargedDays = 20) => ({
    ...{ source, month, through: `${month}-${String(day).padStart(2, '0')}`, chargedDays },
    ...{ producedAt: null, isFollowed: false },
  });

  it.each(Array.from({ length: 50 }, (_, seed) => [seed + 1]))(
    'do not depend on the order of sources, and every source has all days or is behind (%i)',
    (seed) => {
      const next = seeded(seed);
      const sources = Array.from({ length: 1 + Math.floor(next() * 6) }, (_, at) =>
        sourceOf(`s${at}`, next() < 0.4 ? '2026-10' : '2026-11', 1 + Math.floor(next() * 28), Math.floor(next() * 31)),
      );
      const received = findReceivedDays({ sources });
      expect(findReceivedDays({ sources: sources.toReversed() })).toEqual(received);
      const through = received?.through ?? '';
      const behind = received?.behind.map(({ source }) => source) ?? [];
      const steady = sources.filter(({ chargedDays }) => chargedDays >= 4);
      for (const one of steady) expect(behind.includes(one.source)).toBe(one.month < through.slice(0, 7));
      for (const one of steady) expect(one.through >= through || behind.includes(one.source)).toBe(true);
    },
  );
});
