import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openStore } from '../../src/platform/store/index.ts';
import { valueMigrations } from '../../src/tradeoff/value/index.ts';
import {
  attributeEvents,
  findWaiting,
  insertEvents,
  type StoredEvent,
  sumEvents,
} from '../../src/tradeoff/value/store.ts';
import { onEachStore } from '../support/stores.ts';

const event = (id: string, change: Partial<StoredEvent> = {}): StoredEvent => ({
  ...{ model: 'm', id, stated_version: null, endpoint: null, prediction: null, at_ms: 5, micros: 1_000_000 },
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
    const waiting = await findWaiting(store, { since: 0, after: '', limit: 10 });
    expect(waiting).toEqual([{ model: 'm', id: 'late', prediction: 'q' }]);
    expect(await findWaiting(store, { since: 0, after: 'm late', limit: 10 })).toEqual([]);
    await store.transaction((sql) => attributeEvents(sql, [{ model: 'm', id: 'late', version: '2', atMs: 3 }]));
    expect(await sumEvents(store, { ...question, onlyLogged: true })).toMatchObject([{ version: '2', events: 1 }]);
  });
});
