import { spawn } from 'node:child_process';
import { mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { sql as raw } from 'kysely';
import { describe, expect, it } from 'vitest';
import { openStore, type Sql } from './index.ts';
import { storeSuite } from './suite.testing.ts';

const newFolder = () => mkdtempSync(join(tmpdir(), 'store-'));
const open = (folder: string) => openStore({ database: 'sqlite', folder });

storeSuite('SQLite', async () => {
  const folder = newFolder();
  return { open: () => open(folder) };
});

/** Writes pairs of rows, some concurrently, and prints each number once its write was acknowledged. */
const WRITER = `
import { openStore } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
const [folder, way, writers] = process.argv.slice(2);
const store = await openStore({ database: 'sqlite', folder });
await store.tables().schema.createTable('row').addColumn('n', 'integer').execute();
let last = 0;
await Promise.all(Array.from({ length: Number(writers) }, async () => {
  for (;;) {
    const n = ++last;
    await store[way](async (sql) => {
      await sql.tables().insertInto('row').values({ n }).execute();
      await sql.tables().insertInto('row').values({ n }).execute();
    });
    process.stdout.write(n + '\\n');
  }
}));`;

describe('the store in a folder', () => {
  it.each([
    ['transaction', 1],
    ['append', 1],
    ['append', 16],
  ])('has all of every acknowledged %s after kill -9, with %d at once', async (way, writers) => {
    const folder = newFolder();
    const program = join(newFolder(), 'writer.mjs');
    writeFileSync(program, WRITER);
    const args = [program, folder, way, String(writers)];
    const writer = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const acknowledged: number[] = [];
    for await (const line of createInterface(writer.stdout)) {
      acknowledged.push(Number(line));
      if (acknowledged.length === 100) writer.kill('SIGKILL');
    }
    expect(acknowledged.length).toBeGreaterThanOrEqual(100);
    await using store = await open(folder);
    const { rows } = await raw<{ n: number; rows: number }>`select n, count(*) as rows from row group by n`.execute(
      store.tables(),
    );
    // Writes in flight may be stored without an acknowledgement; no write is stored in part.
    expect(rows.filter((row) => row.rows !== 2)).toEqual([]);
    const stored = new Set(rows.map((row) => row.n));
    expect(acknowledged.filter((n) => !stored.has(n))).toEqual([]);
    expect(stored.size - acknowledged.length).toBeLessThanOrEqual(writers);
  });

  it('refuses a file that is no database, with the reason', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'store.db'), 'this is something else, and long enough to be looked at'.repeat(20));
    await expect(open(folder)).rejects.toMatchObject({
      code: 'data_folder_unusable',
      message: expect.stringContaining('not a database'),
    });
  });

  it('refuses a folder that cannot be made', async () => {
    const file = join(newFolder(), 'file');
    writeFileSync(file, '');
    await expect(open(join(file, 'data'))).rejects.toMatchObject({ code: 'data_folder_unusable' });
  });

  it('answers a statement after its end with an error, and may be closed twice', async () => {
    const store = await open(newFolder());
    await store[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
    await expect(raw`select 1`.execute(store.tables())).rejects.toThrow();
  });

  it('says that the disk is full, undoes what did not fit and goes on', async () => {
    await using store = await open(newFolder());
    const run = (text: string, sql: Sql = store) => raw.raw(text).execute(sql.tables());
    await run('create table page (content blob)');
    await run('pragma max_page_count = 100');
    const filling = store.transaction(async (sql) => {
      for (;;) await run('insert into page values (randomblob(40000))', sql);
    });
    await expect(filling).rejects.toMatchObject({ code: 'storage_full' });
    await run("insert into page values ('small')");
    expect((await raw`select content from page`.execute(store.tables())).rows).toEqual([{ content: 'small' }]);
  });

  it('says so to the append that does not fit, and stores those that share its commit', async () => {
    await using store = await open(newFolder());
    const run = (text: string, sql: Sql = store) => raw.raw(text).execute(sql.tables());
    await run('create table page (n integer, content blob)');
    await run('pragma max_page_count = 100');
    const sizes = [10, 10, 10_000_000, 10, 10_000_000, 10];
    const outcomes = await Promise.allSettled(
      sizes.map((size, n) => store.append((sql) => run(`insert into page values (${n}, zeroblob(${size}))`, sql))),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(sizes.map((size) => (size === 10 ? 'fulfilled' : 'rejected')));
    expect(outcomes[2]).toMatchObject({ reason: { code: 'storage_full' } });
    const { rows } = await raw`select n from page order by n`.execute(store.tables());
    expect(rows).toEqual([{ n: 0 }, { n: 1 }, { n: 3 }, { n: 5 }]);
  });

  it('shares one commit among appends that wait for the same turn', async () => {
    const folder = newFolder();
    await using store = await open(folder);
    await raw`create table row (n integer)`.execute(store.tables());
    const frames = () => statSync(join(folder, 'store.db-wal')).size;
    const insert = (n: number) => (sql: Sql) => raw`insert into row values (${n})`.execute(sql.tables());
    const before = frames();
    await Promise.all(Array.from({ length: 40 }, (_, n) => store.append(insert(n))));
    const together = frames() - before;
    for (let n = 0; n < 40; n++) await store.transaction(insert(n));
    // Each commit writes its page once; forty of them forty times.
    expect(together).toBeLessThan((frames() - before - together) / 10);
  });

  it('forces every commit to the disk', async () => {
    await using store = await open(newFolder());
    const { rows } = await raw<{ synchronous: number }>`pragma synchronous`.execute(store.tables());
    expect(rows[0]?.synchronous).toBe(2);
  });
});

describe('the store on PostgreSQL that is not there', () => {
  it.each([
    'postgresql://me:secret@127.0.0.1:9/db',
    'postgresql://me:secret@secret@127.0.0.1:9/db',
    'postgresql://me:secret/secret@127.0.0.1:9/db',
    'postgresql://me@127.0.0.1:9/db?password=secret&sslpassword=secret',
  ])('says where it looked, without the password: %s', async (database) => {
    const opening = openStore({ database, folder: newFolder() });
    await expect(opening).rejects.toMatchObject({
      code: 'store_unreachable',
      message: expect.stringMatching(/^(?!.*secret).*\[redacted\]@127\.0\.0\.1:9/),
    });
  });
});
