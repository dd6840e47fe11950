import { sql as raw } from 'kysely';
import { expect, it } from 'vitest';
import { insertRows, isConflict, type Store } from './index.ts';
import { amounts, items, numbers, put } from './suite-tables.testing.ts';

export function appendTests(open: () => Promise<Store>): void {
  it('stores each of many appends at once, tells them after the commit, and reads them from then on', async () => {
    await using store = await open();
    const told: string[] = [];
    await Promise.all(
      numbers(200).map(async (n) => {
        await store.append(async (sql) => {
          sql.afterCommit(() => told.push(`n${n}`));
          await put(sql, `n${n}`, n);
        });
        const found = items(store).selectFrom('item').select('amount').where('name', '=', `n${n}`);
        expect(await found.execute()).toEqual([{ amount: n }]);
        expect(told).toContain(`n${n}`);
      }),
    );
    expect(told).toHaveLength(200);
  });

  it('undoes an append that fails, whole, and leaves those beside it alone', async () => {
    await using store = await open();
    await put(store, 'taken', -1);
    const outcomes = await Promise.allSettled(
      numbers(30).map((n) =>
        store.append(async (sql) => {
          await put(sql, `n${n}`, n);
          if (n % 3 === 1) await put(sql, 'taken');
          if (n % 3 === 2) throw new Error(`no ${n}`);
        }),
      ),
    );
    expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual(numbers(30).map((n) => n % 3 === 0));
    const kept = [-1, ...numbers(30).filter((n) => n % 3 === 0)];
    expect((await amounts(store)).toSorted((a, b) => a - b)).toEqual(kept);
  });
}

export function sharedCommitTests(open: () => Promise<Store>): void {
  it('undoes the append that the commit refuses and stores the others', async () => {
    await using store = await open();
    await raw`create table child (item text references item (name) deferrable initially deferred)`.execute(
      store.tables(),
    );
    const outcomes = await Promise.allSettled(
      numbers(12).map((n) =>
        store.append(async (sql) => {
          await put(sql, `n${n}`, n);
          if (n === 5 || n === 11) await raw`insert into child values ('nobody')`.execute(sql.tables());
        }),
      ),
    );
    const refused = outcomes.flatMap(({ status }, n) => (status === 'rejected' ? [n] : []));
    expect(refused).toEqual([5, 11]);
    expect((await amounts(store)).toSorted((a, b) => a - b)).toEqual(numbers(12).filter((n) => n !== 5 && n !== 11));
  });

  it('keeps appends, transactions and single writes apart, however they queue', async () => {
    await using store = await open();
    await put(store, 'sum', 0);
    const addOne = async (sql: Pick<Store, 'tables'>) => {
      const sum = items(sql).selectFrom('item').select('amount').where('name', '=', 'sum');
      const { amount } = await sum.executeTakeFirstOrThrow();
      const change = items(sql).updateTable('item').where('name', '=', 'sum');
      await change.set({ amount: amount + 1 }).execute();
    };
    await Promise.all(
      numbers(60).map((n) => {
        if (n % 3 === 0) return store.append((sql) => put(sql, `n${n}`, n));
        return n % 3 === 1 ? store.transaction(addOne) : put(store, `n${n}`, n);
      }),
    );
    const sum = items(store).selectFrom('item').select('amount').where('name', '=', 'sum');
    expect(await sum.execute()).toEqual([{ amount: 20 }]);
    expect(await amounts(store)).toHaveLength(41);
  });

  it('lets guarded updates of the same rows in opposite orders end at the greatest, without an error', async () => {
    await using store = await open();
    const names = numbers(20).map((n) => `n${String(n).padStart(2, '0')}`);
    const raise = (amount: number) =>
      store.append((sql) =>
        insertRows(sql, {
          table: 'item',
          columns: { name: 'text', amount: 'bigint' },
          rows: names.map((name) => [name, amount]),
          onConflict: 'on conflict (name) do update set amount = excluded.amount where excluded.amount > item.amount',
        }),
      );
    await Promise.all(numbers(40).map((n) => raise((n * 17) % 40)));
    expect(await amounts(store)).toEqual(names.map(() => 39));
  });
}

export function bulkTests(open: () => Promise<Store>): void {
  it('inserts rows by the thousand, to the last bit and letter, and none of them when one is refused', async () => {
    await using store = await open();
    await raw`create table sample (name text primary key, value double precision check (value <> 13))`.execute(
      store.tables(),
    );
    const insert = (rows: readonly (readonly [string, number])[]) =>
      store.append((sql) =>
        insertRows(sql, {
          table: 'sample',
          columns: { name: 'text', value: 'double precision' },
          rows,
          onConflict: 'on conflict do nothing',
        }),
      );
    const values = [...numbers(1000).map((n) => Math.sin(n) * 10 ** ((n % 600) - 300)), 5e-324, Number.MAX_VALUE];
    const rows = values.map((value, n): [string, number] => [`'ü"${n}`, value]);
    await insert(rows);
    await insert(rows.map(([name]): [string, number] => [name, 1]));
    await insert([]);
    const { rows: stored } = await raw<{ name: string; value: number }>`select * from sample`.execute(store.tables());
    expect(new Map(stored.map(({ name, value }) => [name, value]))).toEqual(new Map(rows));
    const refused = insert([
      ['x', 1],
      ['y', 13],
    ]);
    await expect(refused).rejects.toThrow();
    expect((await raw`select * from sample where name = 'x'`.execute(store.tables())).rows).toEqual([]);
  });

  it('answers statements that are sent together each for itself, in their order', async () => {
    await using store = await open();
    const [before, , after] = await store.append((sql) =>
      Promise.all([amounts(sql), put(sql, 'a', 1), amounts(sql), put(sql, 'b', 2)]),
    );
    expect([before, after, await amounts(store)]).toEqual([[], [1], [1, 2]]);
    const failing = store.transaction((sql) => Promise.all([put(sql, 'a'), put(sql, 'c'), amounts(sql)]));
    await expect(failing).rejects.toSatisfy(isConflict);
    expect(await amounts(store)).toEqual([1, 2]);
  });
}
