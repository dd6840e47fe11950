import { appendFileSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Journal, openJournal } from './journal.ts';

const newFolder = () => mkdtempSync(join(tmpdir(), 'journal-'));
const opened = (folder: string, fsync: 'always' | 'interval' = 'always') =>
  openJournal({ folder, fsync, now: () => 1_700_000_000_000 });

async function contentOf(journal: Journal): Promise<unknown[]> {
  const segments = await journal.cut();
  const lines = segments.flatMap(({ path }) => readFileSync(path, 'utf8').split('\n'));
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as unknown);
}

const orderOf = (numbers: unknown[]) => numbers.toSorted((one, other) => Number(one) - Number(other));

describe('a journal', () => {
  it.each(['always', 'interval'] as const)('keeps in order what many append at once (fsync: %s)', async (fsync) => {
    await using journal = await opened(newFolder(), fsync);
    const numbers = Array.from({ length: 500 }, (_, index) => index);
    await Promise.all(numbers.map((number) => journal.append([number])));
    expect(await contentOf(journal)).toEqual(numbers);
  });

  it('has on the disk what it has acknowledged, before anybody closes it', async () => {
    const folder = newFolder();
    await using journal = await opened(folder);
    await journal.append([{ one: 1 }, { two: 'ü\n' }]);
    const [name] = readdirSync(folder);
    expect(readFileSync(join(folder, name ?? ''), 'utf8')).toBe('{"one":1}\n{"two":"ü\\n"}\n');
  });

  it.each([
    ['half a line', '{"three":'],
    ['blocks that were never written', '\0'.repeat(5000)],
    ['a line behind one that is broken', '{"bro\n{"four":4}\n'],
  ])('that ended in %s begins again with what was whole, and loses nothing of that', async (_, torn) => {
    const folder = newFolder();
    {
      await using journal = await opened(folder);
      await journal.append([{ one: 1 }, { two: 2 }]);
    }
    appendFileSync(join(folder, readdirSync(folder)[0] ?? ''), torn);
    await using journal = await opened(folder);
    await journal.append([{ five: 5 }]);
    expect(orderOf((await contentOf(journal)).map((one) => Object.values(one as object)[0]))).toEqual([1, 2, 5]);
  });

  it('finds the end of lines that are longer than it reads at a time', async () => {
    const folder = newFolder();
    const long = 'x'.repeat(3_000_000);
    writeFileSync(join(folder, '1.jsonl'), `"${long}"\n1\n"${long.slice(0, 2_000_000)}`);
    await using journal = await opened(folder);
    expect(await contentOf(journal)).toEqual([long, 1]);
  });

  it('goes on in another file after a cut, and forgets what has found its place', async () => {
    await using journal = await opened(newFolder());
    await journal.append([1]);
    const [first] = await journal.cut();
    await journal.append([2]);
    expect(journal.sizeBytes).toBe(2);
    if (first !== undefined) await journal.remove(first);
    expect(await contentOf(journal)).toEqual([2]);
    expect(await journal.cut()).toHaveLength(1);
  });
});
