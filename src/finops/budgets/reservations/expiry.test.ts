import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { migrations } from '../../../app/migrations.ts';
import { testClock } from '../../../platform/jobs/fixtures.testing.ts';
import { openStore } from '../../../platform/store/index.ts';
import { MINUTE_MS } from '../../../platform/units/durations.ts';
import { createExpiry } from './expiry.ts';
import { open, type ReservationDeps } from './service.ts';
import { openReservations } from './store.ts';

it('ends what its holder gave up only once this server has heard nothing for five minutes, whatever the clock is set to', async () => {
  await using store = await openStore({ database: 'sqlite', folder: mkdtempSync(join(tmpdir(), 'expiry-')) });
  await store.migrate(migrations);
  const clock = testClock();
  const deps: ReservationDeps = {
    store,
    clock,
    events: { append: async () => undefined },
    prices: { of: async () => [] },
    metering: { record: async () => undefined, total: () => Promise.reject(new Error('not asked')) },
    org: { withTeam: async (_sql, subject) => subject },
    limitsFor: async () => async () => [],
  };
  let elapsedMs = 0;
  const expire = createExpiry(deps, () => elapsedMs);
  const price = { amount: '1', currency: 'USD' };
  const subject = { pipeline: 'p' };
  const asked = {
    reservation: 'a',
    subject,
    resource: 'machine',
    quantity: '1',
    price,
    leaseSeconds: 60,
    graceSeconds: 1,
  };
  await open(deps, { ...asked, origin: 'test' });
  const isOpen = async () => (await openReservations(store)).length === 1;

  await expire();
  clock.forward(60 * MINUTE_MS);
  elapsedMs += MINUTE_MS;
  await expire();
  expect(await isOpen()).toBe(true);
  elapsedMs += 5 * MINUTE_MS;
  await expire();
  expect(await isOpen()).toBe(false);
});
