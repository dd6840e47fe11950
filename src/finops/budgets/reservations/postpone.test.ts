import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { migrations } from '../../../app/migrations.ts';
import { testClock } from '../../../platform/jobs/fixtures.testing.ts';
import { openStore } from '../../../platform/store/index.ts';
import { MINUTE_MS, SECOND_MS } from '../../../platform/units/durations.ts';
import { decimal } from '../../../platform/units/index.ts';
import type { Limit } from './limits.ts';
import { postpone } from './postpone.ts';
import { meter, open, type ReservationDeps, settle } from './service.ts';

/** A store with a budget of `left` dollars, and work that costs a dollar a second. */
async function begin(left: string | null) {
  const store = await openStore({ database: 'sqlite', folder: mkdtempSync(join(tmpdir(), 'postpone-')) });
  onTestFinished(() => store[Symbol.asyncDispose]());
  await store.migrate(migrations);
  const clock = testClock();
  const limit = (amount: string): Limit => ({
    budget: 'team',
    enforcement: 'hard',
    currency: 'USD',
    left: decimal(amount),
    held: decimal(0),
    rates: decimal(0),
  });
  let money = left;
  const deps: ReservationDeps = {
    store,
    clock,
    events: { append: async () => undefined },
    prices: { of: async () => [] },
    metering: { record: async () => undefined, total: () => Promise.reject(new Error('not asked')) },
    org: { withTeam: async (_sql, subject) => subject },
    limitsFor: async () => async () => (money === null ? [] : [limit(money)]),
  };
  const price = { amount: '3600', currency: 'USD' };
  const asked = { reservation: 'a', subject: { pipeline: 'p' }, resource: 'machine', quantity: '1', price };
  await open(deps, { ...asked, leaseSeconds: 600, graceSeconds: 10, origin: 'test' });
  const afford = (amount: string) => {
    money = amount;
  };
  return { deps, clock, afford, iso: (ms: number) => new Date(ms).toISOString() };
}

it('moves the start of work that waits, and grants it the whole lease from there', async () => {
  const { deps, clock, iso } = await begin(null);
  clock.forward(30 * MINUTE_MS);
  const moved = await postpone(deps, 'a', clock.now());
  expect(moved).toMatchObject({ start: iso(clock.now()), until: iso(clock.now() + 10 * MINUTE_MS), spent: null });
  clock.forward(20 * SECOND_MS);
  const started = await postpone(deps, 'a', clock.now() - 5 * SECOND_MS);
  expect(started.start).toBe(iso(clock.now() - 5 * SECOND_MS));
  clock.forward(5 * SECOND_MS);
  expect(await meter(deps, 'a', clock.now())).toMatchObject({ spent: { amount: '10' } });
});

it('moves nothing once spending was metered, and never before the opening or after now', async () => {
  const { deps, clock, iso } = await begin(null);
  const opened = clock.now();
  expect((await postpone(deps, 'a', opened - MINUTE_MS)).start).toBe(iso(opened));
  expect((await postpone(deps, 'a', opened + MINUTE_MS)).start).toBe(iso(opened));
  clock.forward(MINUTE_MS);
  await meter(deps, 'a', clock.now());
  expect(await postpone(deps, 'a', clock.now())).toMatchObject({ start: iso(opened), spent: { amount: '60' } });
});

it('grants no more than the budget has by then', async () => {
  const { deps, clock, afford, iso } = await begin('700');
  clock.forward(30 * MINUTE_MS);
  afford('5');
  const moved = await postpone(deps, 'a', clock.now());
  expect(moved).toMatchObject({ until: iso(clock.now() + 5 * SECOND_MS), limitedBy: 'team', ceiling: { amount: '5' } });
});

it('that ends without having begun costs nothing, which is known', async () => {
  const { deps, clock } = await begin(null);
  clock.forward(30 * MINUTE_MS);
  await postpone(deps, 'a', clock.now());
  expect(await settle(deps, 'a', { end: new Date(0).toISOString() })).toMatchObject({ spent: { amount: '0' } });
});
