import { setTimeout as pause } from 'node:timers/promises';
import { sql as raw } from 'kysely';
import { describe, expect, it } from 'vitest';
import { appendTests, bulkTests, sharedCommitTests } from './append-suite.testing.ts';
import { exclusiveTests } from './exclusive-suite.testing.ts';
import { isConflict, lockUntilCommit, type Store } from './index.ts';
import { amounts, items, put, readAndAddOne, suiteMigrations } from './suite-tables.testing.ts';

/** More than the connections of a store, each with its next change as soon as the last is stored. */
const CLIENTS = 32;
const CHANGES_A_CLIENT = 25;

/** A fresh place for a store on one engine; every call of `open` opens the same one again. */
export interface Place {
  open(): Promise<Store>;
}

/** Contract of both engines: one suite, so that SQL is written once. */
export function storeSuite(engine: string, newPlace: () => Promise<Place>): void {
  describe(`the store on ${engine}`, () => {
    const open = async () => {
      const store = await (await newPlace()).open();
      await store.migrate(suiteMigrations);
      return store;
    };
    migrationTests(newPlace);
    transactionTests(open);
    concurrencyTests(open, newPlace);
    appendTests(open);
    sharedCommitTests(open);
    bulkTests(open);
    dialectTests(open);
    kindTests(open);
    exclusiveTests(newPlace);
  });
}

function migrationTests(newPlace: () => Promise<Place>): void {
  it('applies every step to an empty store, once, and keeps what is in it', async () => {
    const place = await newPlace();
    await using first = await place.open();
    await first.migrate(suiteMigrations);
    await put(first, 'kept', 7);
    await first.migrate(suiteMigrations);
    await first[Symbol.asyncDispose]();
    await using second = await place.open();
    await second.migrate(suiteMigrations);
    expect(await amounts(second)).toEqual([7]);
  });

  it('applies every step once when two servers start at the same time', async () => {
    const place = await newPlace();
    await using one = await place.open();
    await using other = one.engine === 'sqlite' ? one : await place.open();
    await Promise.all([one.migrate(suiteMigrations), other.migrate(suiteMigrations)]);
    await put(one, 'a', 1);
    expect(await amounts(other)).toEqual([1]);
  });

  it('applies a step of a later release although its name sorts before an applied one', async () => {
    await using store = await (await newPlace()).open();
    const { 'suite/001-item': first, 'suite/002-entry': second } = suiteMigrations;
    if (first === undefined || second === undefined) throw new Error('the steps are there');
    await store.migrate({ 'suite/002-entry': second });
    await store.migrate({ 'suite/001-item': first, 'suite/002-entry': second });
    await put(store, 'a', 1);
    expect(await amounts(store)).toEqual([1]);
  });

  it('undoes all of a start whose last step fails', async () => {
    await using store = await (await newPlace()).open();
    const broken = { up: () => Promise.reject(new Error('no')) };
    await expect(store.migrate({ ...suiteMigrations, 'suite/003-broken': broken })).rejects.toThrow('no');
    await expect(put(store, 'a')).rejects.toThrow();
    await store.migrate(suiteMigrations);
    await put(store, 'a');
  });

  it('refuses a store that a newer version has written', async () => {
    await using store = await (await newPlace()).open();
    await store.migrate(suiteMigrations);
    const { 'suite/002-entry': _newer, ...older } = suiteMigrations;
    await expect(store.migrate(older)).rejects.toMatchObject({ code: 'data_folder_newer' });
  });
}

function transactionTests(open: () => Promise<Store>): void {
  it('stores all of a transaction, or nothing when it throws', async () => {
    await using store = await open();
    await store.transaction(async (sql) => {
      await put(sql, 'a', 1);
      await put(sql, 'b', 2);
    });
    const failing = store.transaction(async (sql) => {
      await put(sql, 'c', 3);
      await put(sql, 'a', 4);
    });
    await expect(failing).rejects.toSatisfy(isConflict);
    expect(await amounts(store)).toEqual([1, 2]);
    await put(store, 'd', 5);
    expect(await amounts(store)).toEqual([1, 2, 5]);
  });

  it('stores nothing of a transaction with a failed statement, although its work went on', async () => {
    await using store = await open();
    await put(store, 'a', 1);
    const stubborn = store.transaction(async (sql) => {
      await put(sql, 'b', 2);
      await put(sql, 'a', 3).catch(() => undefined);
    });
    await expect(stubborn).rejects.toThrow();
    expect(await amounts(store)).toEqual([1]);
  });

  it('undoes what its commit refuses, and leaves the transaction beside it alone', async () => {
    await using store = await open();
    await raw`create table child (item text references item (name) deferrable initially deferred)`.execute(
      store.tables(),
    );
    const orphan = store.transaction(async (sql) => {
      await put(sql, 'a', 1);
      await raw`insert into child values ('nobody')`.execute(sql.tables());
    });
    const beside = store.transaction((sql) => put(sql, 'b', 2));
    await expect(orphan).rejects.toThrow(/foreign key/i);
    await beside;
    expect(await amounts(store)).toEqual([2]);
  });

  it('sees its own writes in a transaction while others see the state before it', async () => {
    await using store = await open();
    await put(store, 'a', 1);
    await store.transaction(async (sql) => {
      await items(sql).updateTable('item').set({ amount: 2 }).execute();
      expect(await amounts(sql)).toEqual([2]);
      expect(await amounts(store)).toEqual([1]);
    });
    expect(await amounts(store)).toEqual([2]);
  });

  it('reads what it has just written, every time', async () => {
    await using store = await open();
    for (let count = 1; count <= 100; count++) {
      await put(store, `n${count}`, count);
      const row = await items(store)
        .selectFrom('item')
        .select((eb) => eb.fn.countAll<number>().as('rows'))
        .executeTakeFirstOrThrow();
      expect(row.rows).toBe(count);
    }
  });

  it('calls back after the commit and not after a rollback', async () => {
    await using store = await open();
    const seen: string[] = [];
    await store.transaction(async (sql) => {
      sql.afterCommit(() => seen.push('stored'));
      await put(sql, 'a', 1);
      expect(seen).toEqual([]);
    });
    const failing = store.transaction(async (sql) => {
      sql.afterCommit(() => seen.push('rolled back'));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    store.afterCommit(() => seen.push('no transaction'));
    expect(seen).toEqual(['stored', 'no transaction']);
  });

  it('tells a taken key from any other failure', async () => {
    await using store = await open();
    await put(store, 'a');
    await expect(put(store, 'a')).rejects.toSatisfy(isConflict);
    const missing = items(store)
      .insertInto('item')
      .values({ name: 'b', amount: raw`null` as unknown as number, note: null })
      .execute();
    await expect(missing).rejects.toSatisfy((error) => !isConflict(error));
  });
}

function concurrencyTests(open: () => Promise<Store>, newPlace: () => Promise<Place>): void {
  it('reads one consistent state, whatever is stored meanwhile', async () => {
    await using store = await open();
    const writing: Promise<unknown>[] = [];
    const read = await store.readConsistently(async (sql) => {
      const first = await amounts(sql);
      writing.push(put(store, 'meanwhile', 1));
      await pause(50); // PostgreSQL commits within; SQLite waits for the reads
      return [first, await sql.readConsistently(amounts)];
    });
    expect(read).toEqual([[], []]);
    await Promise.all(writing);
    expect(await amounts(store)).toEqual([1]);
    const within = await store.transaction(async (sql) => {
      await put(sql, 'own', 2);
      return sql.readConsistently(amounts);
    });
    expect(within.toSorted()).toEqual([1, 2]);
  });

  it('loses no update when transactions read and then write the same row', async () => {
    await using store = await open();
    await put(store, 'a', 0);
    await Promise.all(Array.from({ length: 20 }, () => store.transaction(readAndAddOne)));
    expect(await amounts(store)).toEqual([20]);
  });

  it('refuses nobody, however many read and change one row at once, one change after another', async () => {
    await using store = await open();
    await put(store, 'a', 0);
    const client = async () => {
      for (let change = 0; change < CHANGES_A_CLIENT; change += 1) await store.transaction(readAndAddOne);
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
    expect(await amounts(store)).toEqual([CLIENTS * CHANGES_A_CLIENT]);
  });

  it('takes writes from many callers at once, in and out of transactions', async () => {
    await using store = await open();
    const writes = Array.from({ length: 100 }, (_, n) =>
      n % 2 === 0 ? put(store, `n${n}`, n) : store.transaction((sql) => put(sql, `n${n}`, n)),
    );
    await Promise.all(writes);
    expect((await amounts(store)).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, n) => n));
  });

  it('lets transactions that take the same lock go one after another', async () => {
    await using store = await open();
    const log: string[] = [];
    const turn = (name: string) =>
      store.transaction(async (sql) => {
        await lockUntilCommit(sql, 'turn');
        log.push(`${name} begins`);
        await put(sql, name);
        log.push(`${name} ends`);
      });
    await Promise.all([turn('a'), turn('b'), turn('c')]);
    const begun = log.filter((line) => line.endsWith('begins')).map((line) => line.charAt(0));
    expect(log).toEqual(begun.flatMap((name) => [`${name} begins`, `${name} ends`]));
  });

  it('keeps everything when it is closed and opened again', async () => {
    const place = await newPlace();
    const first = await place.open();
    await first.migrate(suiteMigrations);
    await Promise.all([put(first, 'a', 1), put(first, 'b', 2)]);
    await first[Symbol.asyncDispose]();
    await using second = await place.open();
    expect(await amounts(second)).toEqual([1, 2]);
  });
}

function dialectTests(open: () => Promise<Store>): void {
  it('gives back what a write made, one row and many', async () => {
    await using store = await open();
    const written = await items(store)
      .insertInto('item')
      .values([
        { name: 'a', amount: 1, note: null },
        { name: 'b', amount: 2, note: 'x' },
      ])
      .returningAll()
      .execute();
    expect(written).toEqual([
      { name: 'a', amount: 1, note: null },
      { name: 'b', amount: 2, note: 'x' },
    ]);
    const removed = await items(store).deleteFrom('item').where('amount', '>', 1).returning('name').execute();
    expect(removed).toEqual([{ name: 'b' }]);
  });

  it('counts the rows that a write touched', async () => {
    await using store = await open();
    await put(store, 'a', 1);
    await put(store, 'b', 2);
    const updated = await items(store).updateTable('item').set({ note: 'x' }).executeTakeFirst();
    const removed = await items(store).deleteFrom('item').where('name', '=', 'z').executeTakeFirst();
    expect([updated.numUpdatedRows, removed.numDeletedRows]).toEqual([2n, 0n]);
  });

  it('inserts or updates by key in one statement', async () => {
    await using store = await open();
    for (const amount of [1, 2, 1]) {
      await items(store)
        .insertInto('item')
        .values({ name: 'a', amount, note: null })
        .onConflict((conflict) =>
          conflict
            .column('name')
            .doUpdateSet((eb) => ({ amount: eb.ref('excluded.amount') }))
            .whereRef('item.amount', '<', 'excluded.amount'),
        )
        .execute();
    }
    expect(await amounts(store)).toEqual([2]);
  });

  it('compares text by case, also in LIKE', async () => {
    await using store = await open();
    await put(store, 'Alpha', 1);
    await put(store, 'alpha', 2);
    const like = await items(store).selectFrom('item').select('amount').where('name', 'like', 'al%').execute();
    const equal = await items(store).selectFrom('item').select('amount').where('name', '=', 'Alpha').execute();
    expect([like, equal]).toEqual([[{ amount: 2 }], [{ amount: 1 }]]);
    const inWrite = await items(store).deleteFrom('item').where('name', 'like', 'AL%').executeTakeFirst();
    expect(inWrite.numDeletedRows).toBe(0n);
  });

  it('numbers rows upwards and uses no number twice', async () => {
    await using store = await open();
    const add = () =>
      items(store)
        .insertInto('entry')
        .values({ text: 't' } as never)
        .returning('id')
        .executeTakeFirst();
    const first = await add();
    const second = await add();
    await items(store).deleteFrom('entry').execute();
    const third = await add();
    expect([first?.id, second?.id, third?.id]).toEqual([1, 2, 3]);
  });
}

function kindTests(open: () => Promise<Store>): void {
  it('gives whole numbers up to 2^53 as numbers and refuses to round larger ones', async () => {
    await using store = await open();
    await put(store, 'a', Number.MAX_SAFE_INTEGER);
    await put(store, 'b', -1);
    const facts = await items(store)
      .selectFrom('item')
      .select((eb) => [
        eb.fn.countAll<number>().as('rows'),
        eb.fn.sum<number>('amount').as('sum'),
        eb.fn.max('amount').as('largest'),
      ])
      .executeTakeFirstOrThrow();
    expect(facts).toEqual({ rows: 2, sum: Number.MAX_SAFE_INTEGER - 1, largest: Number.MAX_SAFE_INTEGER });
    await items(store).updateTable('item').set({ amount: raw`amount + 1` }).where('name', '=', 'a').execute();
    await expect(amounts(store)).rejects.toThrow();
  });

  it.each(['', "it's", 'Ünï – 漢字 🎉', '  spaces\n\t', '%_\\', '12.500'])(
    'keeps the text %j as it is',
    async (note) => {
      await using store = await open();
      await items(store).insertInto('item').values({ name: 'a', amount: 0, note }).execute();
      const row = await items(store).selectFrom('item').select('note').where('note', '=', note).executeTakeFirst();
      expect(row).toEqual({ note });
    },
  );

  it('passes on what is wrong with a statement and goes on', async () => {
    await using store = await open();
    await expect(raw`select * from nowhere`.execute(store.tables())).rejects.toThrow(/nowhere/);
    await put(store, 'a', 1);
    expect(await amounts(store)).toEqual([1]);
  });
}
