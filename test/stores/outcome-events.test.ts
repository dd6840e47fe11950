import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openStore } from '../../src/platform/store/index.ts';
import { DAY_MS } from '../../src/platform/units/durations.ts';
import { countOutcomesByTag, sumEventsByDay } from '../../src/tradeoff/value/daily-sums.ts';
import { valueMigrations } from '../../src/tradeoff/value/index.ts';
import {
  attributeEvents,
  findEventsFrom,
  findWaiting,
  insertEvents,
  type StoredEvent,
  sumEvents,
} from '../../src/tradeoff/value/store.ts';
import { onEachStore } from '../support/stores.ts';

const event = (id: string, change: Partial<StoredEvent> = {}): StoredEvent => ({
  ...{
    model: 'm',
    id,
    stated_version: null,
    endpoint: null,
    prediction: null,
    customer: null,
    feature: null,
    at_ms: 5,
    micros: 1_000_000,
  },
  ...{ currency: 'USD', recorded_ms: 5, version: '1', attribution: 'stated', effective_ms: 5 },
  ...change,
});

onEachStore(({ newDatabase }) => {
  it('sums outcome events exactly by version and currency, and attributes waiting ones', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'steelyard-value-'));
    await using store = await openStore({ database: await newDatabase(), folder });
    await store.migrate(valueMigrations);
    const large = 1_000_000_000_000_000;
    await store.transaction((sql) =>
      insertEvents(sql, [
        event('a', { prediction: 'p', micros: large }),
        event('b', { prediction: 'p', micros: -1 }),
        event('c', { micros: -250_000 }),
        event('late', { prediction: 'q', version: null, attribution: 'waiting' }),
        event('outside', { effective_ms: 10 }),
      ]),
    );
    await store.transaction((sql) => insertEvents(sql, [event('a', { micros: 7 })]));
    const question = { model: 'm', start: 0, end: 10, onlyLogged: false };
    const sums = await sumEvents(store, question);
    expect(sums.toSorted((one, other) => other.events - one.events)).toEqual([
      {
        ...{ version: '1', currency: 'USD', events: 3, withOutcome: 2, total: '999999999.749999' },
        squares: expect.closeTo(1e18, -6),
      },
      { version: null, currency: 'USD', events: 1, withOutcome: 1, total: '1', squares: 1 },
    ]);
    expect(await findEventsFrom(store, 'm', null)).toEqual({ events: 5, lastMs: 10 });
    expect(await findEventsFrom(store, 'm', 6)).toEqual({ events: 1, lastMs: 10 });
    expect(await findEventsFrom(store, 'm', 11)).toBeNull();
    const waiting = await findWaiting(store, { since: 0, after: '', limit: 10 });
    expect(waiting).toEqual([{ model: 'm', id: 'late', prediction: 'q' }]);
    expect(await findWaiting(store, { since: 0, after: 'm late', limit: 10 })).toEqual([]);
    await store.transaction((sql) => attributeEvents(sql, [{ model: 'm', id: 'late', version: '2', atMs: 3 }]));
    expect(await sumEvents(store, { ...question, onlyLogged: true })).toMatchObject([{ version: '2', events: 1 }]);
  });

  it('sums outcome events by day and tag, and counts a prediction with two tags once', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'steelyard-value-'));
    await using store = await openStore({ database: await newDatabase(), folder });
    await store.migrate(valueMigrations);
    await store.transaction((sql) =>
      insertEvents(sql, [
        event('a', { prediction: 'p', feature: 'list' }),
        event('b', { prediction: 'p', feature: 'banner', micros: 500_000 }),
        event('c', { feature: 'list', effective_ms: DAY_MS + 1, micros: -1 }),
        event('d', { model: 'other' }),
      ]),
    );
    const period = { start: 0, end: 2 * DAY_MS };
    expect(await sumEventsByDay(store, { field: null, model: 'm', ...period })).toEqual([
      { model: 'm', key: null, day: '1970-01-01', currency: 'USD', total: '1.5', events: 2, outcomes: 1 },
      { model: 'm', key: null, day: '1970-01-02', currency: 'USD', total: '-0.000001', events: 1, outcomes: 1 },
    ]);
    const byFeature = await sumEventsByDay(store, { field: 'feature', model: null, ...period, end: DAY_MS });
    expect(byFeature.map(({ model, key, total }) => [model, key, total])).toEqual([
      ['m', 'banner', '0.5'],
      ['m', 'list', '1'],
      ['other', null, '1'],
    ]);
    const counts = await countOutcomesByTag(store, { field: 'feature', model: 'm', ...period });
    expect(counts.toSorted((one, other) => (one.key ?? '').localeCompare(other.key ?? ''))).toEqual([
      { model: 'm', key: 'banner', outcomes: 1 },
      { model: 'm', key: 'list', outcomes: 1 },
    ]);
  });
});
