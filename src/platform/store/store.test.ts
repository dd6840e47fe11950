import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
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

/** Writes rows one by one and says each number once its write was acknowledged. */
const WRITER = `
import { openStore } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
const store = await openStore({ database: 'sqlite', folder: process.argv[2] });
await store.tables().schema.createTable('row').addColumn('n', 'integer').execute();
for (let n = 1; ; n++) {
  await store.transaction((sql) => sql.tables().insertInto('row').values({ n }).execute());
  process.stdout.write(n + '\\n');
}`;

describe('the store in a folder', () => {
  it('has every acknowledged row after kill -9', async () => {
    const folder = newFolder();
    const program = join(newFolder(), 'writer.mjs');
    writeFileSync(program, WRITER);
    const writer = spawn(process.execPath, [program, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    let acknowledged = 0;
    for await (const line of createInterface(writer.stdout)) {
      acknowledged = Number(line);
      if (acknowledged === 50) writer.kill('SIGKILL');
    }
    expect(acknowledged).toBeGreaterThanOrEqual(50);
    await using store = await open(folder);
    const { rows } = await raw<{
      rows: number;
      last: number;
    }>`select count(*) as rows, max(n) as last from row`.execute(store.tables());
    // One more may have been stored without its acknowledgement having got out.
    expect([acknowledged, acknowledged + 1]).toContain(rows[0]?.last);
    expect(rows[0]?.rows).toBe(rows[0]?.last);
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

  it('forces every commit to the disk', async () => {
    await using store = await open(newFolder());
    const { rows } = await raw<{ synchronous: number }>`pragma synchronous`.execute(store.tables());
    expect(rows[0]?.synchronous).toBe(2);
  });
});

describe('the store on PostgreSQL that is not there', () => {
  it('says where it looked, without the password', async () => {
    const opening = openStore({ database: 'postgresql://me:secret@127.0.0.1:9/db', folder: newFolder() });
    await expect(opening).rejects.toMatchObject({
      code: 'store_unreachable',
      message: expect.stringMatching(/\[redacted\]@127\.0\.0\.1:9(?!.*secret)/),
    });
  });
});
