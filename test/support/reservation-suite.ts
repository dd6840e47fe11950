import fc from 'fast-check';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Reservation } from '../../src/finops/budgets/reservations/schema.ts';
import { approveBudget } from '../../src/finops/budgets/schema.ts';
import { meteredCost } from '../../src/finops/metering/schema.ts';
import type { Application } from '../../src/main.ts';
import { DAY_MS } from '../../src/platform/units/durations.ts';
import { decimal } from '../../src/platform/units/index.ts';
import { call, catchProblem } from '../../src/testing/application.ts';

import { repricingTests } from './repricing-suite.ts';
import { iso, NOON, PRICES, Room } from './reservation-room.ts';

type Start = (clock: { now(): number }) => Promise<Application>;

/** Runs on each store; `start` opens an application on an empty one. */
export function reservationSuite(start: Start): void {
  let room: Room;
  beforeEach(async () => {
    const application = await start({ now: () => room?.now ?? NOON });
    room = new Room(application);
    onTestFinished(() => application[Symbol.asyncDispose]());
    await room.apply(PRICES);
  });
  describe('a reservation', () => {
    openingTests(() => room);
    refusalTests(() => room);
    subjectTests(() => room);
    sharingTests(() => room);
    endingTests(() => room);
    rollingTests(() => room);
    repricingTests(() => room);
  });
  it('law 4: spent and reserved never exceed a hard limit, whatever clients do at once', () => neverExceeded(room));
  it('law 4 holds with what rolls over, also for work that runs on into the next window', () =>
    neverExceeded(room, ', rollOver: unspent'));
}

function refusalTests(inUse: () => Room): void {
  it('is kept with the budget that refused it: requester, needed and left amount, and how often', async () => {
    const room = inUse();
    await room.budget('5');
    expect(await room.refusals()).toEqual([]);
    const asked = { subject: { team: 'recs', pipeline: 'nightly' }, graceSeconds: 9 };
    for (let times = 0; times < 2; times += 1) {
      await catchProblem(room.open('a', asked));
      room.now += 1000;
    }
    await catchProblem(room.open('b', { resource: 'tpu' }));
    expect(await room.refusals()).toMatchObject([
      { reservation: 'b', reason: 'price_missing', needed: null, left: null, resource: 'tpu' },
      {
        reservation: 'a',
        reason: 'budget_exceeded',
        subject: asked.subject,
        times: 2,
        firstRefusedAt: iso(NOON),
        refusedAt: iso(NOON + 1000),
        needed: { amount: '10', currency: 'USD' },
        left: { amount: '5', currency: 'USD' },
      },
    ]);
    expect(await room.standing()).toMatchObject({ refused: { count: 2, last: iso(NOON + 2000) } });
  });

  it('is not kept where the limit of the request itself refused it; only the last 100 are kept', async () => {
    const room = inUse();
    await room.budget('5');
    await catchProblem(room.open('own', { limit: { amount: '1', currency: 'USD' } }));
    expect(await room.refusals()).toEqual([]);
    for (let number = 0; number < 102; number += 1) {
      room.now += 1000;
      await catchProblem(room.open(`r${number}`, { graceSeconds: 9 }));
    }
    const kept = (await room.refusals()).map(({ reservation }) => reservation);
    expect([kept.length, kept[0], kept.at(-1)]).toEqual([100, 'r101', 'r2']);
  });
}

function openingTests(inUse: () => Room): void {
  it('is a whole lease where no budget has to hold', async () => {
    const room = inUse();
    expect(await room.open('a')).toMatchObject({
      state: 'open',
      until: iso(NOON + 600_000),
      ceiling: { amount: '600' },
      limitedBy: null,
    });
  });

  it('needs no price where no budget has to hold, and one where one has', async () => {
    const room = inUse();
    expect(await room.open('a', { resource: 'tpu' })).toMatchObject({ ceiling: null, spent: null });
    await room.settle('a');
    await room.budget('100');
    const problem = await catchProblem(room.open('b', { resource: 'tpu' }));
    expect(problem).toMatchObject({ code: 'price_missing', detail: expect.stringContaining('"tpu"') });
    expect(await room.open('c', { resource: 'tpu', price: { amount: '36', currency: 'USD' } })).toMatchObject({
      ceiling: { currency: 'USD' },
    });
  });

  it('takes no more of a budget than it has, and names it', async () => {
    const room = inUse();
    await room.budget('5');
    expect(await room.open('a', { graceSeconds: 4 })).toMatchObject({ ceiling: { amount: '5' }, limitedBy: 'recs' });
    expect(await room.standing()).toMatchObject({ reserved: { amount: '5' } });
  });

  it('may spend exactly the limit, and not begin for less than it takes to stop', async () => {
    const room = inUse();
    await room.budget('5');
    expect(await catchProblem(room.open('a', { graceSeconds: 5 }))).toMatchObject({
      code: 'budget_exceeded',
      budget: 'recs',
    });
    const taken = await room.open('b', { graceSeconds: 4 });
    expect(room.secondsLeft(taken)).toBe(5);
    room.now += 5000;
    expect(await room.settle('b')).toMatchObject({ spent: { amount: '5' } });
    expect(await room.standing()).toMatchObject({ spent: { amount: '5' }, remaining: '0', state: 'exhausted' });
  });
}

function subjectTests(inUse: () => Room): void {
  it('that names only its project is its team’s, too', async () => {
    const room = inUse();
    await room.apply(`apiVersion: steelyard/v1
kind: Team
metadata: {name: recs}
---
apiVersion: steelyard/v1
kind: Project
metadata: {name: ranker}
spec: {team: recs}
`);
    await room.budget('100');
    const opened = await room.open('a', { subject: { project: 'ranker' }, graceSeconds: 4 });
    expect(opened.subject).toEqual({ team: 'recs', project: 'ranker' });
    expect(await room.standing()).toMatchObject({ reserved: opened.ceiling });
    expect((await room.open('b', { subject: { project: 'of-nobody' } })).subject).toEqual({ project: 'of-nobody' });
  });
}

function sharingTests(inUse: () => Room): void {
  it('asked for again is the same', async () => {
    const room = inUse();
    await room.budget('100');
    const first = await room.open('a');
    room.now += 1000;
    expect(await room.open('a')).toEqual(first);
    expect(await room.standing()).toMatchObject({ reserved: first.ceiling });
  });

  it('that ends early leaves the rest to others', async () => {
    const room = inUse();
    await room.budget('20');
    await room.open('a', { leaseSeconds: 20, graceSeconds: 19 });
    await expect(room.open('b')).rejects.toThrow();
    room.now += 3000;
    await room.settle('a');
    expect(await room.standing()).toMatchObject({ spent: { amount: '3' }, reserved: { amount: '0' }, remaining: '17' });
    expect(await room.open('b')).toMatchObject({ state: 'open' });
  });

  it('is held by its own limit too', async () => {
    const room = inUse();
    const taken = await room.open('a', { limit: { amount: '30', currency: 'USD' } });
    expect(taken).toMatchObject({ ceiling: { amount: '30' }, limitedBy: 'its own limit' });
    room.now += 29_000;
    expect(await room.meter('a')).toMatchObject({
      spent: { amount: '29' },
      ceiling: { amount: '30' },
      limitedBy: 'its own limit',
    });
    const other = room.open('b', { limit: { amount: '30', currency: 'EUR' } });
    expect(await catchProblem(other)).toMatchObject({ code: 'currency_mismatch' });
  });

  it('that is metered in time goes on for as long as there is money', async () => {
    const room = inUse();
    await room.budget('100');
    let taken = await room.open('a', { leaseSeconds: 10, graceSeconds: 1 });
    while (room.secondsLeft(taken) > 1) {
      room.now += 1000;
      taken = await room.meter('a');
    }
    expect(room.now - NOON).toBeGreaterThanOrEqual(98_000);
    expect(taken).toMatchObject({ limitedBy: 'recs' });
    room.now = Date.parse(taken.until);
    await room.settle('a', room.now, { stopped: true, checkpoint: 's3://models/step-9' });
    const { spent, stops } = await room.standing();
    expect(spent?.amount).toBe('100');
    expect(stops).toMatchObject([{ reservation: 'a', spent: { amount: '100' }, checkpoint: 's3://models/step-9' }]);
  });
}

function endingTests(inUse: () => Room): void {
  it('counts what was spent beyond it', async () => {
    const room = inUse();
    await room.budget('5');
    await room.open('a', { graceSeconds: 1 });
    room.now += 9000;
    await room.settle('a');
    expect(await room.standing()).toMatchObject({ spent: { amount: '9' }, remaining: '-4', state: 'over' });
  });

  it('that has ended is metered no more, and settled again with the later end', async () => {
    const room = inUse();
    await room.open('a');
    room.now += 2000;
    await room.settle('a');
    expect(await catchProblem(room.meter('a'))).toMatchObject({ code: 'reservation_settled' });
    expect(await room.settle('a', room.now - 1000)).toMatchObject({ spent: { amount: '1' } });
    expect(await catchProblem(room.meter('b'))).toMatchObject({ code: 'reservation_not_found' });
  });

  it('across a boundary counts in both windows, and is spent in each what falls there', async () => {
    const room = inUse();
    await room.budget('100', ', every: day, timeZone: Asia/Tokyo');
    room.now = Date.parse('2026-11-10T14:59:50Z');
    await room.open('a', { leaseSeconds: 20, graceSeconds: 1 });
    const before = await room.standing();
    room.now += 12_000;
    await room.meter('a');
    const after = await room.standing();
    expect(before).toMatchObject({ period: { end: '2026-11-10T15:00:00.000Z' }, reserved: { amount: '12.5' } });
    expect(after).toMatchObject({ period: { start: '2026-11-10T15:00:00.000Z' }, spent: { amount: '2' } });
  });

  it('beyond a budget that asks for approval waits for it', async () => {
    const room = inUse();
    await room.budget('5');
    await room.apply(`apiVersion: steelyard/v1
kind: Budget
metadata: {name: recs}
spec: {subject: {team: recs}, amount: '5', currency: USD, enforcement: approval}
`);
    expect(await catchProblem(room.open('a'))).toMatchObject({ code: 'budget_approval_needed', budget: 'recs' });
    const approved = await call(room.application, approveBudget, {
      params: { budget: 'recs' },
      body: { amount: '20', note: 'the last experiment' },
    });
    expect(approved).toMatchObject({
      limit: { amount: '25' },
      approvals: [{ amount: '20', note: 'the last experiment' }],
    });
    expect(await room.open('a')).toMatchObject({ state: 'open' });
  });

  it('of twenty at once leaves room for each, and together they never hold more than the budget', async () => {
    const room = inUse();
    await room.budget('200');
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, index) => room.open(`r${index}`, { graceSeconds: 2 })),
    );
    const held = all.reduce((sum, { ceiling }) => sum.plus(ceiling?.amount ?? '0'), decimal(0));
    expect(held.lessThanOrEqualTo(200)).toBe(true);
    expect(all.every((one) => room.secondsLeft(one) >= 3)).toBe(true);
  });
}

function rollingTests(inUse: () => Room): void {
  const midnight = Math.ceil(NOON / DAY_MS) * DAY_MS;

  it('may spend what rolled over', async () => {
    const room = inUse();
    await room.budget('100', ', every: day, rollOver: unspent');
    room.now = midnight + 1_000;
    expect(await room.open('a', { graceSeconds: 149 })).toMatchObject({ ceiling: { amount: '150' } });
    expect(await room.standing()).toMatchObject({ limit: { amount: '200' }, rolledOver: { amount: '100' } });
  });

  it('counts on nothing that rolls over at a midnight that has not come', async () => {
    const room = inUse();
    await room.budget('100', ', every: day, rollOver: unspent');
    room.now = midnight + DAY_MS - 100_000;
    expect(await catchProblem(room.open('a', { graceSeconds: 150 }))).toMatchObject({ code: 'budget_exceeded' });
    expect(await room.open('b', { graceSeconds: 98 })).toMatchObject({ ceiling: { amount: '99' } });
  });

  it('that began in the window before takes from what rolled over, too', async () => {
    const room = inUse();
    await room.budget('100', ', every: day, rollOver: unspent');
    room.now = midnight + 10_000;
    await room.open('a', { graceSeconds: 99 });
    const early = { start: iso(midnight - 10_000) };
    expect(await catchProblem(room.open('b', { ...early, graceSeconds: 79 }))).toMatchObject({
      code: 'budget_exceeded',
    });
    await room.open('c', { ...early, graceSeconds: 48 });
    const { limit, reserved } = await room.standing();
    expect([limit.amount, reserved.amount]).toEqual(['151', '149']);
  });
}

/**
 * Checks the limit, also where a day's remainder rolls over: no limit exceeds two amounts then, and all days together
 * do not exceed the sum of their amounts.
 */
async function neverExceeded(room: Room, more = ''): Promise<void> {
  const began = room.now;
  await room.budget('500', `, every: day${more}`);
  const action = fc.oneof(
    fc.record({
      do: fc.constant('open' as const),
      units: fc.integer({ min: 1, max: 8 }),
      lease: fc.integer({ min: 1, max: 300 }),
      grace: fc.integer({ min: 0, max: 20 }),
    }),
    fc.record({ do: fc.constant('meter' as const), index: fc.nat({ max: 30 }) }),
    fc.record({
      do: fc.constant('move' as const),
      index: fc.nat({ max: 30 }),
      resource: fc.constantFrom('gpu', 'box'),
      units: fc.integer({ min: 1, max: 8 }),
    }),
    fc.record({ do: fc.constant('settle' as const), index: fc.nat({ max: 30 }) }),
    fc.record({ do: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 4 }) }),
    fc.record({ do: fc.constant('wait' as const), seconds: fc.integer({ min: 20, max: 200 }) }),
  );
  let opened = 0;
  let runs = 0;
  const until = new Map<string, number>();
  const keep = (taken: Reservation) => {
    if (taken.state === 'open') until.set(taken.reservation, Date.parse(taken.until));
    else until.delete(taken.reservation);
  };
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(action, { minLength: 1, maxLength: 6 }), { maxLength: 12 }), async (rounds) => {
      // Another day, another window, shortly before its end or at noon.
      for (const [name, end] of until) keep(await room.settle(name, end));
      runs += 1;
      const time = runs % 2 === 0 ? DAY_MS / 2 : DAY_MS - 100_000;
      room.now = (Math.floor(room.now / DAY_MS) + 1) * DAY_MS + time;
      for (const round of rounds) {
        await Promise.all(
          round.map(async (one) => {
            const running = [...until.keys()];
            const name = 'index' in one ? running[one.index % Math.max(1, running.length)] : undefined;
            // Refused reservations are ignored; granted ones count.
            if (one.do === 'open') {
              opened += 1;
              const { lease: leaseSeconds, grace: graceSeconds } = one;
              await room
                .open(`r${opened}`, { quantity: String(one.units), leaseSeconds, graceSeconds })
                .then(keep, () => null);
            } else if (one.do === 'meter' && name !== undefined) await room.meter(name).then(keep, () => null);
            else if (one.do === 'move' && name !== undefined) {
              const holds = { resource: one.resource, quantity: String(one.units) };
              await room.meter(name, holds).then(keep, () => null);
            } else if (one.do === 'settle' && name !== undefined) await room.settle(name).then(keep, () => null);
          }),
        );
        for (const one of round) if (one.do === 'wait') room.now += one.seconds * 1000;
        // Its holder ends it when its time is over, as every executor does.
        for (const [name, end] of until) if (end <= room.now) keep(await room.settle(name, end));
        const { spent, reserved, limit } = await room.standing();
        const drawn = decimal(spent?.amount ?? '0').plus(reserved.amount);
        expect(drawn.lessThanOrEqualTo(limit.amount)).toBe(true);
        expect(decimal(limit.amount).lessThanOrEqualTo(more === '' ? 500 : 1000)).toBe(true);
        const { cost } = await call(room.application, meteredCost, { query: { team: 'recs' } });
        const days = Math.floor(room.now / DAY_MS) - Math.floor(began / DAY_MS) + 1;
        expect(decimal(cost?.amount ?? '0').lessThanOrEqualTo(500 * days)).toBe(true);
      }
    }),
    { numRuns: 25, endOnFailure: true },
  );
}
