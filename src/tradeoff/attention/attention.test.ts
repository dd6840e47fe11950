import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postApply } from '../../platform/manifests/schema.ts';
import { billText, call, dailyRows, importFiles, postponeJobs, testApplication } from '../../testing/application.ts';
import { getAttention } from './schema.ts';

describe('the things that need attention', () => {
  let application: Awaited<ReturnType<typeof testApplication>>;
  beforeAll(async () => {
    application = await testApplication({ clock: { now: () => Date.parse('2026-10-20T12:00:00Z') } });
    await postponeJobs(application, 'forecasts.make', 'anomalies.judge');
  });
  afterAll(() => application?.[Symbol.asyncDispose]());
  const apply = (text: string) =>
    call(application, postApply, { body: { documents: [{ file: 'budget.yaml', text }] } });
  const budget = (name: string, subject: string, amount: string) =>
    `apiVersion: steelyard/v1\nkind: Budget\nmetadata: {name: ${name}}\nspec: {subject: ${subject}, amount: "${amount}", currency: USD}\n`;
  const find = async (topic: string, team?: string) => {
    const { items } = await call(application, getAttention, { query: team === undefined ? {} : { team } });
    return items.find((item) => item.topic === topic);
  };

  it('are none on an empty server, one entry for each topic', async () => {
    const { items } = await call(application, getAttention, {});
    expect(items.map(({ topic }) => topic)).toEqual(
      'decisions budgets anomalies savings bills alerts endpoints'.split(' '),
    );
    for (const item of items) expect(item).toMatchObject({ count: 0, level: null, monthly: null, reason: null });
  });

  it('have a budget as soon as it is applied, and only its team has it', async () => {
    await importFiles(application, 'aws', { 'october.csv': billText(...dailyRows(18, { cost: '10' })) });
    await apply(budget('all', '{}', '50'));
    expect(await find('budgets')).toMatchObject({ count: 1, level: 'critical', text: '1 budget exceeded' });
    await apply(budget('search', '{team: search}', '50'));
    expect(await find('budgets', 'search')).toMatchObject({ count: 0, level: null, text: 'No budget is at risk' });
    await apply(budget('all', '{}', '100000'));
    expect(await find('budgets')).toMatchObject({ count: 0 });
  });

  it('of a team leave bills out, because bills have no team', async () => {
    expect(await find('bills', 'search')).toBeUndefined();
    expect(await find('bills')).toMatchObject({ count: 0, text: 'No failed import', link: '/deliveries' });
  });
});
