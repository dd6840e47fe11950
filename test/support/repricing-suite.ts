import { expect, it } from 'vitest';
import { meteredCost } from '../../src/finops/metering/schema.ts';
import { call } from '../../src/testing/application.ts';
import type { Room } from './reservation-room.ts';

/** Three dollars a second, where `gpu` is one. */
const BOX = { resource: 'box', quantity: '1' };

export function repricingTests(inUse: () => Room): void {
  it('that turns out to hold something else is split there, each part at its price', async () => {
    const room = inUse();
    await room.budget('1000');
    await room.open('a');
    room.now += 10_000;
    expect(await room.meter('a', BOX)).toMatchObject({ spent: { amount: '10' }, resource: 'box' });
    room.now += 20_000;
    expect(await room.meter('a')).toMatchObject({ spent: { amount: '70' } });
    // The same again, as after a restart.
    expect(await room.meter('a', BOX)).toMatchObject({ spent: { amount: '70' } });
    room.now += 1_000;
    const settled = await room.settle('a');
    expect(settled).toMatchObject({ spent: { amount: '73' } });
    expect(settled.prices).toEqual([
      expect.stringMatching(/^gpu at \$3,600 an hour: test/),
      expect.stringMatching(/^box at \$10,800 an hour: test/),
    ]);
    const metered = await call(room.application, meteredCost, { query: { team: 'recs' } });
    expect(metered).toMatchObject({ cost: { amount: '73' }, pricedIntervals: 2 });
    expect(await room.standing()).toMatchObject({ spent: { amount: '73' }, reserved: { amount: '0' } });
  });

  it('is given what its budget pays for at the dearer price, and no more', async () => {
    const room = inUse();
    await room.budget('100');
    await room.open('a', { graceSeconds: 4 });
    room.now += 1_000;
    const after = await room.meter('a', BOX);
    expect(room.secondsLeft(after)).toBeLessThanOrEqual(99 / 3);
    for (let at = after; Date.parse(at.until) > room.now; ) {
      room.now = Date.parse(at.until);
      at = await room.meter('a');
    }
    const { spent } = await room.settle('a');
    expect(spent?.amount).toBe('100');
    expect(await room.standing()).toMatchObject({ spent: { amount: '100' }, remaining: '0' });
  });

  it('that had no price has that of what it turned out to hold, from its start', async () => {
    const room = inUse();
    await room.open('a', { resource: 'machine' });
    room.now += 10_000;
    expect(await room.meter('a')).toMatchObject({ spent: null, prices: [] });
    expect(await room.meter('a', { ...BOX, quantity: '0.5' })).toMatchObject({ spent: { amount: '15' } });
    room.now += 10_000;
    expect(await room.settle('a')).toMatchObject({ spent: { amount: '30' }, prices: [expect.stringMatching(/^box/)] });
    const metered = await call(room.application, meteredCost, { query: { team: 'recs' } });
    expect(metered).toMatchObject({ cost: { amount: '30' }, unpricedIntervals: 0 });
  });

  it.each([
    ['has no price', {}, 'unheard-of'],
    ['has one in another currency', {}, 'kiste'],
    ['is not what its holder declared a price for', { price: { amount: '3600', currency: 'USD' } }, 'box'],
  ])('stays as it is where what it turned out to hold %s', async (_, over, resource) => {
    const room = inUse();
    await room.budget('1000');
    await room.open('a', over);
    room.now += 10_000;
    expect(await room.meter('a', { resource, quantity: '1' })).toMatchObject({
      spent: { amount: '10' },
      resource: 'gpu',
    });
    room.now += 10_000;
    expect(await room.settle('a')).toMatchObject({ spent: { amount: '20' } });
  });
}
