import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { createOrg } from '../../org/index.ts';
import { hasAccount } from '../../platform/auth/index.ts';
import { eventMigrations } from '../../platform/events/index.ts';
import { openStore, type Store } from '../../platform/store/index.ts';
import { createPriceBook, priceMigrations } from '../prices/index.ts';
import { createMetering, type Metering, meteringMigrations } from './index.ts';
import type { UsageInterval } from './schema.ts';

const START = Date.parse('2026-11-01T00:00:00Z');
const MINUTE = 60_000;
const clock = { now: () => START + 1_000 * MINUTE };
const events = { append: async () => undefined };
const iso = (instant: number) => new Date(instant).toISOString();

let store: Store;
let metering: Metering;
let prices: ReturnType<typeof createPriceBook>;
beforeEach(async () => {
  store = await openStore({ database: 'sqlite', folder: mkdtempSync(join(tmpdir(), 'steelyard-totals-')) });
  const opened = store;
  onTestFinished(() => opened[Symbol.asyncDispose]());
  await store.migrate({ ...eventMigrations, ...priceMigrations, ...meteringMigrations });
  prices = createPriceBook({
    clock,
    events,
    config: { awsPriceRegion: 'us-east-1', azurePriceRegion: 'eastus', priceCurrency: 'USD' },
  });
  metering = createMetering({
    ownerOf: async () => null,
    store,
    clock,
    events: { ...events, subscribe: () => undefined },
    prices,
    org: createOrg({ store, clock, accounts: { has: hasAccount } }),
  });
});

const record = (...intervals: UsageInterval[]) => store.transaction((sql) => metering.record(sql, intervals));
const priced = (perHour: string, resource = 'gpu') => {
  const [book] = prices.kinds;
  const spec = {
    currency: 'USD',
    source: 'test',
    prices: [{ resource, perHour, effectiveFrom: '2026-01-01T00:00:00Z' }],
  };
  return store.transaction(async (sql) => book?.apply(sql, { metadata: { name: 'own' }, spec } as never));
};
const usage = (id: string, from: number, minutes: number, more: Partial<UsageInterval> = {}): UsageInterval => ({
  usage: id,
  subject: { team: 'recs' },
  resource: 'gpu',
  quantity: '1',
  period: { start: iso(START + from * MINUTE), end: iso(START + (from + minutes) * MINUTE) },
  origin: 'test',
  ...more,
});
const WINDOW = { start: START + 100 * MINUTE, end: START + 200 * MINUTE };
const kept = () => metering.runningTotal(store, { team: 'recs' }, WINDOW);

it('a running total is what counting anew says, whatever is recorded, replaced, cut by the window or priced anew', async () => {
  const windows = [WINDOW, { start: START, end: START + 1_000 * MINUTE }];
  const subjects = [{}, { team: 'recs' }, { team: 'recs', project: 'a' }];
  const one = fc.record({
    id: fc.nat({ max: 8 }),
    from: fc.nat({ max: 300 }),
    minutes: fc.integer({ min: 1, max: 200 }),
    resource: fc.constantFrom('gpu', 'gpu', 'tpu'),
    team: fc.constantFrom('recs', 'ads'),
    project: fc.constantFrom('a', undefined),
    quantity: fc.constantFrom('1', '0.3', '7'),
    declared: fc.constantFrom(undefined, '0.7'),
  });
  const step = fc.oneof(
    { arbitrary: fc.array(one, { minLength: 1, maxLength: 4 }), weight: 6 },
    fc.constantFrom('3', '3.3'),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 10 }), async (steps) => {
      for (const each of steps) {
        if (typeof each === 'string') await priced(each);
        else {
          const intervals = each.map(({ id, from, minutes, resource, team, project, quantity, declared }) =>
            usage(`u${id}`, from, minutes, {
              resource,
              quantity,
              subject: project === undefined ? { team } : { team, project },
              ...(declared === undefined ? {} : { price: { amount: declared, currency: 'USD' } }),
            }),
          );
          await record(...intervals);
        }
        for (const within of windows) {
          for (const subject of subjects) {
            const { cost, unpricedIntervals, unpricedResources } = await metering.total(store, subject, within);
            expect(await metering.runningTotal(store, subject, within)).toEqual({
              cost,
              unpricedIntervals,
              unpricedResources,
            });
          }
        }
      }
    }),
    { numRuns: 20 },
  );
});

it('says what has no price, and takes two currencies for no sum', async () => {
  await record(usage('a', 100, 10));
  expect(await kept()).toEqual({ cost: null, unpricedIntervals: 1, unpricedResources: ['gpu'] });
  await priced('6');
  expect(await kept()).toMatchObject({ cost: { amount: '1', currency: 'USD' }, unpricedIntervals: 0 });
  await record(usage('b', 100, 10, { price: { amount: '6', currency: 'EUR' } }));
  await expect(kept()).rejects.toThrow('EUR');
});

it('of a transaction that is undone is undone with it', async () => {
  await priced('6');
  await record(usage('a', 100, 10));
  expect((await kept()).cost?.amount).toBe('1');
  const failing = store.transaction(async (sql) => {
    await metering.record(sql, [usage('b', 100, 10)]);
    throw new Error('undone');
  });
  await expect(failing).rejects.toThrow('undone');
  expect((await kept()).cost?.amount).toBe('1');
});
