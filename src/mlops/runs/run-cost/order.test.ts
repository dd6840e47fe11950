import { beforeAll, describe, expect, it } from 'vitest';
import type { Application } from '../../../main.ts';
import { testApplication } from '../../../testing/application.ts';
import { newRun, post } from '../../wire/testing.ts';
import { searchRuns } from '../run-search-store.ts';
import type { RunCost } from './schema.ts';
import { saveRunCosts, unknownCost } from './store.ts';

const buildKnownCost = (amount: string): RunCost => {
  const cost = { amount, currency: 'USD' };
  return { ...unknownCost, total: { cost, basis: 'metered', reason: null }, metered: { cost, reason: null } };
};
const cost = { name: 'total', kind: 'number' } as const;
const by = (ascending: boolean) => [{ entity: 'cost', key: 'total', attribute: cost, ascending } as const];

let application: Application;
const names = new Map<string, string>();
beforeAll(async () => {
  application = await testApplication();
  for (const [index, amount] of ['3', '1', null, '2', '2', null, '1.5'].entries()) {
    const id = await newRun(application, { run_name: `${amount}#${index}`, start_time: index });
    names.set(id, `${amount}#${index}`);
    await post(application, 'runs/log-metric', { run_id: id, key: 'm', value: index, timestamp: 1 });
    if (amount !== null)
      await application.store.transaction((sql) => saveRunCosts(sql, new Map([[id, buildKnownCost(amount)]])));
  }
  return () => application[Symbol.asyncDispose]();
});

/** Page after page, each of `limit`; `few` decides whether runs are sorted or read in the order of the index. */
async function pages(ascending: boolean, limit: number, few: number, more: object = {}): Promise<string> {
  const found: string[] = [];
  const scope = {
    experimentIds: null,
    stages: ['active' as const],
    comparisons: [],
    orderings: by(ascending),
    ...more,
  };
  for (let position: readonly (string | number)[] | null = null; ; ) {
    const page = await searchRuns(application.store, { ...scope, position, limit }, few);
    found.push(...page.runs.map(({ runId }) => names.get(runId) ?? ''));
    position = page.positions.at(-1) ?? null;
    if (page.runs.length < limit || position === null) return found.join(' ');
  }
}

describe('runs in the order of their cost', () => {
  it.each([1, 2, 3, 4, 100])(
    'are the same in pages of %i, sorted or read from the index; unknown come last',
    async (limit) => {
      for (const few of [0, 100]) {
        expect(await pages(false, limit, few)).toBe('3#0 2#4 2#3 1.5#6 1#1 null#5 null#2');
        expect(await pages(true, limit, few)).toBe('1#1 1.5#6 2#4 2#3 3#0 null#5 null#2');
      }
    },
  );

  it('keep to a filter of the same cost, and to one of a metric', async () => {
    const above = [{ entity: 'cost', key: 'total', operator: '>', value: 1.2 }];
    const late = [{ entity: 'metric', key: 'm', operator: '>', value: 2 }];
    for (const few of [0, 100]) {
      expect(await pages(true, 2, few, { comparisons: above })).toBe('1.5#6 2#4 2#3 3#0');
      expect(await pages(true, 2, few, { comparisons: late })).toBe('1.5#6 2#4 2#3 null#5');
    }
  });
});
