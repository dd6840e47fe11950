import { sql as raw } from 'kysely';
import { pino } from 'pino';
import { describe, expect, it, vi } from 'vitest';
import type { Store } from '../store/index.ts';
import type { Place } from '../store/suite.testing.ts';
import { createTelemetry } from '../telemetry/index.ts';
import { HOUR_MS } from '../units/durations.ts';
import { createEvents, type EventHandler, type Events, eventMigrations, type NewEvent } from './index.ts';
import { removeDelivered } from './store.ts';

const START = Date.parse('2026-11-01T00:00:00Z');

interface Tables {
  event: { sequence: number; subject: string };
  event_parked: { subscriber: string; sequence: number; attempts: number; error: string };
}

function testClock() {
  let instant = START;
  return {
    now: () => instant,
    forward(ms: number) {
      instant += ms;
    },
  };
}

function eventsOn(store: Store, clock = testClock()) {
  const telemetry = createTelemetry();
  const events = createEvents({ store, clock, log: pino({ level: 'silent' }), telemetry });
  return { events, clock, telemetry };
}

const append = (store: Store, events: Events, ...added: Partial<NewEvent>[]) =>
  store.transaction(async (sql) => {
    for (const event of added) await events.append(sql, { type: 'run.ended', subject: 'run:1', payload: 0, ...event });
  });

/** Records received events; throws for the payloads in `failing`. */
function recorder(failing: Set<unknown> = new Set()) {
  const seen: unknown[] = [];
  const handler: EventHandler = async ({ payload }) => {
    seen.push(payload);
    if (failing.has(payload)) throw new Error(`cannot take ${String(payload)}`);
  };
  return { seen, handler };
}

/** Contract for events on both engines. */
export function eventsSuite(engine: string, newPlace: () => Promise<Place>): void {
  describe(`events on ${engine}`, () => {
    const open = async () => {
      const store = await (await newPlace()).open();
      await store.migrate(eventMigrations);
      return store;
    };
    deliveryTests(open);
    failureTests(open);
    keepingTests(open);
    retentionTests(open);
    orderTests(open);
  });
}

function deliveryTests(open: () => Promise<Store>): void {
  it('delivers what was committed, once, in order, with everything that was said', async () => {
    await using store = await open();
    const { events } = eventsOn(store);
    const seen: unknown[] = [];
    events.subscribe('a', ['run.ended'], async (event) => {
      seen.push(event);
    });
    await append(store, events, { payload: { cost: '1.50', tags: [null, true] } }, { subject: 'run:2', payload: 'é' });
    await events.drain();
    await events.drain();
    const at = '2026-11-01T00:00:00.000Z';
    expect(seen).toEqual([
      { sequence: 1, type: 'run.ended', subject: 'run:1', at, payload: { cost: '1.50', tags: [null, true] } },
      { sequence: 2, type: 'run.ended', subject: 'run:2', at, payload: 'é' },
    ]);
  });

  it('delivers nothing of a transaction that is rolled back', async () => {
    await using store = await open();
    const { events } = eventsOn(store);
    const { seen, handler } = recorder();
    events.subscribe('a', ['run.ended'], handler);
    const failing = store.transaction(async (sql) => {
      await events.append(sql, { type: 'run.ended', subject: 'run:1', payload: 1 });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await events.drain();
    expect(seen).toEqual([]);
  });

  it('refuses an event outside a transaction, which could tell of what never happened', async () => {
    await using store = await open();
    const { events } = eventsOn(store);
    await expect(events.append(store, { type: 'a.b', subject: 's', payload: 0 })).rejects.toThrow('transaction');
  });

  it('gives each subscriber the types it asked for, at its own pace', async () => {
    await using store = await open();
    const { events } = eventsOn(store);
    const [ends, both, broken] = [recorder(), recorder(), recorder(new Set([1, 2]))];
    events.subscribe('ends', ['run.ended'], ends.handler);
    events.subscribe('both', ['run.ended', 'run.started'], both.handler);
    events.subscribe('broken', ['run.started'], broken.handler);
    await append(store, events, { type: 'run.started', payload: 1 }, { payload: 2 }, { type: 'x.y', payload: 3 });
    await events.drain();
    expect([ends.seen, both.seen, broken.seen]).toEqual([[2], [1, 2], [1]]);
  });

  it('delivers by itself once it is started, without waiting for a poll', async () => {
    await using store = await open();
    await using events = eventsOn(store).events;
    const arrived = Promise.withResolvers<unknown>();
    events.subscribe('a', ['run.ended'], async (event) => arrived.resolve(event.payload));
    events.start();
    await append(store, events, { payload: 7 });
    expect(await arrived.promise).toBe(7);
  });

  it('drains what handlers append for one another, and more than one batch', async () => {
    await using store = await open();
    const { events } = eventsOn(store);
    const { seen, handler } = recorder();
    events.subscribe('a', ['run.ended'], (event) => append(store, events, { ...event, type: 'run.priced' }));
    events.subscribe('b', ['run.priced'], handler);
    await append(store, events, ...Array.from({ length: 120 }, (_, payload) => ({ payload })));
    await events.drain();
    expect(seen).toEqual(Array.from({ length: 120 }, (_, payload) => payload));
  });
}

function failureTests(open: () => Promise<Store>): void {
  it('tries a failed event again after growing pauses, and holds back later ones of its subject only', async () => {
    await using store = await open();
    const { events, clock } = eventsOn(store);
    const failing = new Set<unknown>([1]);
    const { seen, handler } = recorder(failing);
    events.subscribe('a', ['run.ended'], handler);
    await append(store, events, { payload: 1 }, { payload: 2 }, { payload: 3, subject: 'run:2' });
    await events.drain();
    expect(seen).toEqual([1, 3]);
    clock.forward(999);
    await events.drain();
    expect(seen).toEqual([1, 3]);
    clock.forward(1);
    await events.drain();
    expect(seen).toEqual([1, 3, 1]);
    failing.clear();
    await append(store, events, { payload: 4 });
    clock.forward(1_999);
    await events.drain();
    expect(seen).toEqual([1, 3, 1]);
    clock.forward(1);
    await events.drain();
    expect(seen).toEqual([1, 3, 1, 1, 2, 4]);
  });

  it('parks an event after its last try and goes on with its subject', async () => {
    await using store = await open();
    const { events, clock, telemetry } = eventsOn(store);
    const { seen, handler } = recorder(new Set([1]));
    events.subscribe('a', ['run.ended'], handler);
    await append(store, events, { payload: 1 }, { payload: 2 });
    for (let round = 0; round < 12; round++) {
      await events.drain();
      clock.forward(HOUR_MS);
    }
    expect(seen).toEqual([...Array(9).fill(1), 2]);
    const parked = await store.tables<Tables>().selectFrom('event_parked').selectAll().execute();
    expect(parked).toMatchObject([{ subscriber: 'a', sequence: 1, attempts: 9, error: 'Error: cannot take 1' }]);
    const { text } = await telemetry.exposition();
    expect(text).toContain('steelyard_events_total{subscriber="a",outcome="parked"} 1');
    expect(text).toContain('steelyard_events_behind{subscriber="a"} 0');
  });
}

function keepingTests(open: () => Promise<Store>): void {
  it('goes on after a restart where it stood, tries of failed events included', async () => {
    await using store = await open();
    const first = eventsOn(store);
    const failing = new Set<unknown>([1]);
    const { seen, handler } = recorder(failing);
    first.events.subscribe('a', ['run.ended'], handler);
    await append(store, first.events, { payload: 1 }, { payload: 2, subject: 'run:2' });
    await first.events.drain();
    await append(store, first.events, { payload: 3 }, { payload: 4, subject: 'run:2' });
    await first.events[Symbol.asyncDispose]();
    failing.clear();
    first.clock.forward(HOUR_MS);
    const second = eventsOn(store, first.clock);
    second.events.subscribe('a', ['run.ended'], handler);
    await second.events.drain();
    expect(seen).toEqual([1, 2, 1, 4, 3]);
  });

  it('delivers again what a crash left between the handler and the cursor', async () => {
    await using store = await open();
    const first = eventsOn(store);
    const [reached, never] = [Promise.withResolvers<void>(), new Promise<void>(() => undefined)];
    first.events.subscribe('a', ['run.ended'], () => {
      reached.resolve();
      return never;
    });
    await append(store, first.events, { payload: 1 });
    first.events.drain().catch(() => undefined);
    await reached.promise;
    first.clock.forward(HOUR_MS);
    const second = eventsOn(store, first.clock);
    const { seen, handler } = recorder();
    second.events.subscribe('a', ['run.ended'], handler);
    await second.events.drain();
    expect(seen).toEqual([1]);
  });

  it('finishes the event in hand when it stops, and begins no other', async () => {
    await using store = await open();
    const { events } = eventsOn(store);
    const [reached, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const seen: unknown[] = [];
    events.subscribe('a', ['run.ended'], async ({ payload }) => {
      reached.resolve();
      await gate.promise;
      seen.push(payload);
    });
    events.start();
    await append(store, events, { payload: 1 }, { payload: 2 });
    await reached.promise;
    const stopped = events[Symbol.asyncDispose]();
    gate.resolve();
    await stopped;
    expect(seen).toEqual([1]);
    const next = eventsOn(store);
    const { seen: later, handler } = recorder();
    next.events.subscribe('a', ['run.ended'], handler);
    await next.events.drain();
    expect(later).toEqual([2]);
  });
}

function retentionTests(open: () => Promise<Store>): void {
  it('removes events of last week that every subscriber has behind it, and no others', async () => {
    await using store = await open();
    const { events, clock } = eventsOn(store);
    const failing = new Set<unknown>(['fails']);
    events.subscribe('a', ['run.ended', 'run.failed'], recorder(failing).handler);
    await append(store, events, { subject: 'delivered' }, { subject: 'waits', payload: 'fails' });
    await append(store, events, { type: 'nobody.listens', subject: 'unheard' });
    await events.drain();
    await append(store, events, { type: 'run.failed', subject: 'undelivered' });
    clock.forward(8 * 24 * HOUR_MS);
    await append(store, events, { subject: 'today' });
    const subscribers = new Map([
      ['a', ['run.ended', 'run.failed']],
      ['new', ['run.failed']],
    ]);
    await removeDelivered(store, subscribers, new Date(clock.now() - 7 * 24 * HOUR_MS).toISOString());
    const kept = await store.tables<Tables>().selectFrom('event').select('subject').orderBy('sequence').execute();
    expect(kept.map((row) => row.subject)).toEqual(['waits', 'undelivered', 'today']);
  });

  it('removes old events in the background once it is started', async () => {
    await using store = await open();
    const clock = testClock();
    const first = eventsOn(store, clock).events;
    await append(store, first, { subject: 'old' });
    clock.forward(8 * 24 * HOUR_MS);
    await using second = eventsOn(store, clock).events;
    second.start();
    const left = () => store.tables<Tables>().selectFrom('event').select('subject').execute();
    await vi.waitFor(async () => expect(await left()).toEqual([]), { timeout: 15_000, interval: 5 });
  });
}

/** Contract for several servers on one store. SQLite allows only one server, enforced by the folder lock. */
export function sharedEventsSuite(newPlace: () => Promise<Place>): void {
  it('misses no event of a transaction that commits after one that appended later', async () => {
    await using store = await (await newPlace()).open();
    await store.migrate(eventMigrations);
    const { events } = eventsOn(store);
    const { seen, handler } = recorder();
    events.subscribe('a', ['run.ended'], handler);
    const [appended, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const early = store.transaction(async (sql) => {
      await events.append(sql, { type: 'run.ended', subject: 'run:1', payload: 'early' });
      appended.resolve();
      await gate.promise;
    });
    await appended.promise;
    let lateStored = false;
    const late = append(store, events, { payload: 'late' }).then(() => {
      lateStored = true;
    });
    await vi.waitFor(async () => expect(lateStored || (await waitsForLock(store))).toBe(true), { timeout: 10_000 });
    await events.drain();
    gate.resolve();
    await Promise.all([early, late]);
    await events.drain();
    expect(seen).toEqual(['early', 'late']);
  });

  it('shares a subscriber between servers: each event once, never two at a time, in order', async () => {
    const place = await newPlace();
    await using one = await place.open();
    await using other = await place.open();
    await one.migrate(eventMigrations);
    const seen: unknown[] = [];
    let inside = 0;
    const handler: EventHandler = async ({ payload }) => {
      inside += 1;
      expect(inside).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(payload);
      inside -= 1;
    };
    await using first = eventsOn(one).events;
    await using second = eventsOn(other).events;
    for (const events of [first, second]) events.subscribe('a', ['run.ended'], handler);
    for (const events of [first, second]) events.start();
    const payloads = Array.from({ length: 60 }, (_, payload) => payload);
    for (const payload of payloads) {
      await append(payload % 2 === 0 ? one : other, payload % 2 === 0 ? first : second, { payload });
    }
    await vi.waitFor(() => expect(seen).toHaveLength(60), { timeout: 20_000 });
    expect(seen).toEqual(payloads);
  });
}

function orderTests(open: () => Promise<Store>): void {
  it('misses no event of transactions that commit in another order than they began', async () => {
    await using store = await open();
    const { events } = eventsOn(store);
    const { seen, handler } = recorder();
    events.subscribe('a', ['run.ended'], handler);
    const payloads = Array.from({ length: 40 }, (_, payload) => payload);
    const appends = payloads.map((payload) => append(store, events, { payload }).then(() => events.drain()));
    await Promise.all(appends);
    await events.drain();
    expect(seen.toSorted((one, other) => Number(one) - Number(other))).toEqual(payloads);
  });
}

async function waitsForLock(store: Store): Promise<boolean> {
  const { rows } = await raw`select 1 from pg_locks where locktype = 'advisory' and not granted`.execute(
    store.tables(),
  );
  return rows.length > 0;
}
