import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SqliteReaders } from './sqlite-readers.ts';
import { SqliteThread } from './sqlite-thread.ts';

let writer: SqliteThread;
let readers: SqliteReaders;
beforeAll(async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'readers-')), 'store.db');
  writer = await SqliteThread.open(file, 'write');
  await writer.run('CREATE TABLE word (n INTEGER)');
  readers = await SqliteReaders.open(file);
});
afterAll(async () => {
  await readers.close();
  await writer.close();
});

/** Counts to this many millions, about 100 ms each on a fast machine. */
const count = (millions: number) => ({
  sql: 'WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < ?) SELECT count(*) AS counted FROM c',
  parameters: [millions * 1e6],
});
const short = (n: number) => ({ sql: 'SELECT ? AS n', parameters: [n] });

/** Runs all reads concurrently; returns their names in order of completion. */
async function order(...asked: readonly [name: string, question: ReturnType<typeof short>][]): Promise<string[]> {
  const ended: string[] = [];
  await Promise.all(asked.map(([name, question]) => readers.query(question).then(() => ended.push(name))));
  return ended;
}

it('starts no second thread for short reads', async () => {
  for (let n = 0; n < 50; n += 1) await readers.query(short(n));
  expect(readers.size).toBe(1);
});

it('a slow read holds up no short one that is asked before, with or after it', async () => {
  const late = Promise.withResolvers<void>();
  const ended: string[] = [];
  const slow = readers.query(count(4)).then(() => ended.push('slow'));
  const after = Array.from({ length: 20 }, (_, n) => readers.query(short(n)).then(() => ended.push('with')));
  setImmediate(() => readers.query(short(0)).then(() => late.resolve(void ended.push('after'))));
  await Promise.all([slow, late.promise, ...after]);
  expect(ended.at(-1)).toBe('slow');
  expect(ended).toHaveLength(22);
  expect(readers.size).toBeGreaterThan(1);
});

it('two slow reads hold up no short one, and more threads than three are not started', async () => {
  expect(await order(['slow', count(2)], ['slow', count(2)], ['short', short(1)])).toEqual(['short', 'slow', 'slow']);
  expect(readers.size).toBe(3);
  await order(...Array.from({ length: 5 }, (): [string, ReturnType<typeof count>] => ['slow', count(0.2)]));
  expect(readers.size).toBe(3);
});

it('answers each read once, with its own rows, however they are moved', async () => {
  const asked = Array.from({ length: 200 }, (_, n) => (n % 40 === 0 ? count(0.1) : short(n)));
  const answers = await Promise.all(asked.map((question) => readers.query<{ n?: number; counted?: number }>(question)));
  const values = answers.map(({ rows: [row] }) => row?.n ?? row?.counted);
  expect(values).toEqual(asked.map(({ parameters }) => parameters[0]));
});

it('a read sees what was written before it was asked, on every thread', async () => {
  for (let n = 1; n <= 30; n += 1) {
    await writer.query({ sql: 'INSERT INTO word VALUES (?)', parameters: [n] });
    const read = { sql: 'SELECT count(*) AS rows FROM word', parameters: [] };
    const answers = await Promise.all([1, 2, 3].map(() => readers.query<{ rows: number }>(read)));
    expect(answers.map(({ rows }) => rows[0]?.rows)).toEqual([n, n, n]);
  }
});

it('an error of a read reaches its caller alone', async () => {
  const failing = readers.query({ sql: 'SELECT n FROM nowhere', parameters: [] });
  const good = readers.query<{ n: number }>(short(7));
  await expect(failing).rejects.toThrow('no such table: nowhere');
  expect((await good).rows).toEqual([{ n: 7 }]);
});
