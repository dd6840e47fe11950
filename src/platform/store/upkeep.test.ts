import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkSqlite, openStore } from './index.ts';

const PAGE_BYTES = 4096;
const folder = mkdtempSync(join(tmpdir(), 'upkeep-'));
const file = join(folder, 'store.db');
let content: Buffer;

beforeAll(async () => {
  const store = await openStore({ database: 'sqlite', folder });
  await store.tables().schema.createTable('thing').addColumn('name', 'text').addColumn('note', 'text').execute();
  await store.tables().schema.createIndex('thing_name').on('thing').column('name').execute();
  const rows = Array.from({ length: 400 }, (_, index) => ({ name: `name ${index}`, note: 'x'.repeat(100) }));
  await store.tables<{ thing: { name: string; note: string } }>().insertInto('thing').values(rows).execute();
  await store[Symbol.asyncDispose]();
  content = readFileSync(file);
});

describe('a store with a damaged page', () => {
  it('does not open, or is found by the check', async () => {
    expect(await checkSqlite(file)).toEqual([]);
    const pages = content.length / PAGE_BYTES;
    const unnoticed: number[] = [];
    for (let page = 0; page < pages; page += 3) {
      const damaged = Buffer.from(content);
      damaged.fill(0, page * PAGE_BYTES, (page + 1) * PAGE_BYTES);
      writeFileSync(file, damaged);
      if ((await checkSqlite(file)).length === 0) unnoticed.push(page);
    }
    writeFileSync(file, content);
    expect([pages > 15, unnoticed]).toEqual([true, []]);
  });

  it('that holds the header, or that is cut off, is refused at the start', async () => {
    for (const damaged of [Buffer.concat([Buffer.alloc(100), content.subarray(100)]), content.subarray(0, 50)]) {
      const other = mkdtempSync(join(tmpdir(), 'header-'));
      writeFileSync(join(other, 'store.db'), damaged);
      await expect(openStore({ database: 'sqlite', folder: other })).rejects.toMatchObject({
        code: 'data_folder_unusable',
      });
    }
  });
});

describe('a snapshot', () => {
  it('is the state of one instant, while transactions go on', async () => {
    await using store = await openStore({ database: 'sqlite', folder });
    const things = () => store.tables<{ thing: { name: string; note: string } }>();
    let writing = true;
    const written = (async () => {
      for (let n = 0; writing; n += 1) {
        await store.transaction(async (sql) => {
          const into = sql.tables<{ thing: { name: string; note: string } }>().insertInto('thing');
          await into.values({ name: `pair ${n}`, note: 'one' }).execute();
          await into.values({ name: `pair ${n}`, note: 'two' }).execute();
        });
      }
    })();
    const copy = mkdtempSync(join(tmpdir(), 'snapshot-'));
    await store.snapshot(join(copy, 'store.db'));
    writing = false;
    await written;
    await using other = await openStore({ database: 'sqlite', folder: copy });
    const rows = await other
      .tables<{ thing: { name: string; note: string } }>()
      .selectFrom('thing')
      .selectAll()
      .execute();
    const pairs = rows.filter(({ name }) => name.startsWith('pair'));
    expect(rows.length - pairs.length).toBe(400);
    expect(pairs.filter(({ note }) => note === 'one').length * 2).toBe(pairs.length);
    expect((await things().selectFrom('thing').selectAll().execute()).length).toBeGreaterThanOrEqual(rows.length);
    expect(statSync(join(copy, 'store.db')).size).toBeGreaterThan(0);
    rmSync(copy, { recursive: true });
  });
});
