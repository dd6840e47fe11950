import { expect, it } from 'vitest';
import { getBudget, listBudgets } from '../../src/finops/budgets/schema.ts';
import { recordUsage } from '../../src/finops/metering/schema.ts';
import { postApply } from '../../src/platform/manifests/schema.ts';
import { call } from '../../src/testing/application.ts';
import { quietApplication } from '../../src/testing/shared.ts';
import { onEachStore } from '../support/stores.ts';

const NOW = '2026-11-10T00:00:00.000Z';
const HOUR_MS = 3_600_000;
const HOURS = 15;
const READERS = 4;
const TEAMS = ['ads', 'recs', 'search'];
const PRICES = `
apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: own}
spec: {currency: USD, source: test, prices: [{resource: gpu, perHour: '10', effectiveFrom: 2026-01-01}]}
`;
const budgetOf = (team: string) => `
apiVersion: steelyard/v1
kind: Budget
metadata: {name: ${team}}
spec: {subject: {team: ${team}}, amount: '5000', currency: USD}
`;
const hour = (index: number) => new Date(Date.parse('2026-11-02T00:00:00Z') + index * HOUR_MS).toISOString();

onEachStore(({ newDatabase }) => {
  it('answers everybody who reads budgets while usage is recorded, and has counted all of it afterwards', async () => {
    const database = await newDatabase();
    await using application = await quietApplication({ clock: { now: () => Date.parse(NOW) } }, { database });
    const text = [PRICES, ...TEAMS.map(budgetOf)].join('---');
    await call(application, postApply, { body: { documents: [{ file: 'b.yaml', text }] } });
    let isOver = false;
    const read = async () => {
      while (!isOver) await call(application, listBudgets, { query: {} });
    };
    const reading = Promise.all(Array.from({ length: READERS }, read));
    for (let index = 0; index < HOURS; index += 1) {
      const intervals = TEAMS.map((team) => ({
        usage: `${team}-${index}`,
        subject: { team },
        resource: 'gpu',
        quantity: '1',
        period: { start: hour(index), end: hour(index + 1) },
        origin: 'test',
      }));
      await call(application, recordUsage, { body: { intervals } });
    }
    isOver = true;
    await reading;
    for (const team of TEAMS)
      expect(await call(application, getBudget, { params: { budget: team } })).toMatchObject({
        metered: { amount: String(HOURS * 10), currency: 'USD' },
      });
  });
});
