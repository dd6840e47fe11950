import { appendFileSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { type Journal, openJournal } from './journal.ts';
import { encodeLine } from './line.ts';
import { verifyJournals } from './verify.ts';

/** Log lines of a journal, as they are written. */
function newLog() {
  const lines: Record<string, unknown>[] = [];
  return { lines, log: pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) }) };
}

const newRoot = () => mkdtempSync(join(tmpdir(), 'journal-'));
const newFolder = () => join(newRoot(), 'coin');
const opened = (folder: string, fsync: 'always' | 'interval' = 'always', { log } = newLog()) =>
  openJournal({ folder, fsync, now: () => 1_700_000_000_000, log });
const segmentIn = (folder: string) =>
  join(folder, readdirSync(folder).find((name) => name.endsWith('.jsonl')) ?? 'none');

async function readJournal(journal: Journal): Promise<unknown[]> {
  const segments = await journal.cut();
  const lines = segments.flatMap(({ path }) => readFileSync(path, 'utf8').split('\n'));
  return lines.filter((line) => line !== '').map((line) => withoutChecksum(JSON.parse(line)));
}

function withoutChecksum({ crc32: _, ...document }: Record<string, unknown>) {
  return document;
}

/** A folder whose one segment has lines of these numbers, and the offset of each line. */
async function filled(numbers: readonly number[]) {
  const folder = newFolder();
  {
    await using journal = await opened(folder);
    await journal.append(numbers.map((number) => ({ number })));
  }
  let end = 0;
  const offsets = numbers.map((number) => {
    const start = end;
    end += encodeLine({ number }).length;
    return start;
  });
  return { folder, path: segmentIn(folder), offsets };
}

function overwrite(path: string, offset: number, text: string): void {
  const bytes = readFileSync(path);
  bytes.write(text, offset, 'latin1');
  writeFileSync(path, bytes);
}

describe('a journal', () => {
  it.each(['always', 'interval'] as const)('keeps in order what many append at once (fsync: %s)', async (fsync) => {
    await using journal = await opened(newFolder(), fsync);
    const documents = Array.from({ length: 500 }, (_, number) => ({ number }));
    await Promise.all(documents.map((document) => journal.append([document])));
    expect(await readJournal(journal)).toEqual(documents);
  });

  it('has acknowledged documents on the disk before it is closed, each line with its checksum', async () => {
    const folder = newFolder();
    await using journal = await opened(folder);
    await journal.append([{ one: 1 }, { two: 'ü\n' }]);
    const path = segmentIn(folder);
    const checksum = (content: string) =>
      crc32(content, crc32(basename(path)))
        .toString(16)
        .padStart(8, '0');
    const line = (content: string) => `{"crc32":"${checksum(content)}",${content}\n`;
    expect(readFileSync(path, 'utf8')).toBe(`${line('"one":1}')}${line('"two":"ü\\n"}')}`);
  });

  it.each([
    ['half a line', '{"crc32":"00000000","three":'],
    ['blocks that were never written', '\0'.repeat(5000)],
  ])('cuts off %s at its end, loses nothing before it and sets nothing aside', async (_, torn) => {
    const { folder, path } = await filled([1, 2]);
    appendFileSync(path, torn);
    const { lines, log } = newLog();
    await using journal = await opened(folder, 'always', { lines, log });
    expect(lines).toMatchObject([{ level: 30, file: path, sizeBytes: torn.length }]);
    await journal.append([{ number: 5 }]);
    expect(new Set((await readJournal(journal)).map((one) => Object.values(one as object)[0]))).toEqual(
      new Set([1, 2, 5]),
    );
    expect(journal.damagedSpots).toBe(0);
  });

  it('keeps the lines around a damaged spot, sets its bytes aside, and reports file, offset and count', async () => {
    const numbers = Array.from({ length: 2060 }, (_, number) => number);
    const { folder, path, offsets } = await filled(numbers);
    const before = readFileSync(path);
    const at = offsets[7] ?? 0;
    overwrite(path, at + 22, 'XXXX{{{');
    const { lines, log } = newLog();
    await using journal = await opened(folder, 'always', { lines, log });
    expect(await readJournal(journal)).toEqual(numbers.filter((number) => number !== 7).map((number) => ({ number })));
    expect(lines).toMatchObject([{ level: 50, file: path, offset: at, count: 1, lines: 2059 }]);
    const damaged = lines[0]?.setAside as string;
    const entry = JSON.parse(readFileSync(damaged, 'utf8')) as { offset: number; base64: string };
    const expected = Buffer.from(before.subarray(at, offsets[8]));
    expected.write('XXXX{{{', 22, 'latin1');
    expect(entry).toMatchObject({ offset: at, sizeBytes: expected.length });
    expect(Buffer.from(entry.base64, 'base64')).toEqual(expected);
    expect(journal.damagedSpots).toBe(1);
  });

  it('finds the spots that were set aside again after a restart', async () => {
    const { folder, path, offsets } = await filled([1, 2, 3, 4, 5]);
    overwrite(path, (offsets[1] ?? 0) + 25, '#');
    overwrite(path, (offsets[3] ?? 0) + 25, '#');
    await (await opened(folder))[Symbol.asyncDispose]();
    await using journal = await opened(folder);
    expect(journal.damagedSpots).toBe(2);
    const sizes = [2, 4].map((number) => encodeLine({ number }).length);
    expect(await verifyJournals(join(folder, '..'))).toMatchObject([
      { kind: 'set_aside', offset: offsets[1], sizeBytes: sizes[0] },
      { kind: 'set_aside', offset: offsets[3], sizeBytes: sizes[1] },
    ]);
  });

  it.each([
    ['in the middle', 1, [1, 2, 3]],
    ['at the end of the file', 2, [1, 2, 3]],
  ])('keeps both lines around a damaged newline %s', async (_, place, kept) => {
    const { folder, path, offsets } = await filled([1, 2, 3]);
    overwrite(path, (offsets[place + 1] ?? statSync(path).size) - 1, 'J');
    await using journal = await opened(folder);
    expect(await readJournal(journal)).toEqual(kept.map((number) => ({ number })));
    expect(journal.damagedSpots).toBe(1);
  });

  it('keeps a last line that lost its newline', async () => {
    const { folder, path } = await filled([1, 2]);
    writeFileSync(path, readFileSync(path).subarray(0, -1));
    await using journal = await opened(folder);
    expect(await readJournal(journal)).toEqual([{ number: 1 }, { number: 2 }]);
  });

  it('reads segments of older versions, whose lines have no checksum', async () => {
    const folder = newFolder();
    await (await opened(folder))[Symbol.asyncDispose]();
    const long = 'x'.repeat(3_000_000);
    const path = join(folder, '00000000000001-a.jsonl');
    writeFileSync(path, `{"a":"${long}"}\n{"bro\n{"b":2}\n{"a":"${long.slice(0, 2_000_000)}`);
    await using journal = await opened(folder);
    expect(await readJournal(journal)).toEqual([{ a: long }, { b: 2 }]);
    expect(await verifyJournals(join(folder, '..'))).toMatchObject([{ kind: 'set_aside', sizeBytes: 6 }]);
  });

  it('sets aside what goes on for longer than any line, and keeps the line behind it', async () => {
    const { folder, path } = await filled([1]);
    const whole = encodeLine({ number: 2 }, crc32(basename(path)));
    appendFileSync(path, `${'\0'.repeat(20_000_000)}${whole}`);
    await using journal = await opened(folder);
    expect(await readJournal(journal)).toEqual([{ number: 1 }, { number: 2 }]);
    const [finding] = await verifyJournals(join(folder, '..'));
    expect(finding).toMatchObject({ kind: 'set_aside', offset: encodeLine({ number: 1 }).length });
  });

  it('has no findings in a folder that is not there', async () => {
    expect(await verifyJournals(join(newRoot(), 'none'))).toEqual([]);
  });

  it('goes on in another file after a cut, and forgets what has found its place', async () => {
    await using journal = await opened(newFolder());
    await journal.append([{ number: 1 }]);
    const [first] = await journal.cut();
    await journal.append([{ number: 2 }]);
    expect(journal.sizeBytes).toBe(encodeLine({ number: 2 }).length);
    if (first !== undefined) await journal.remove(first);
    expect(await readJournal(journal)).toEqual([{ number: 2 }]);
    expect(await journal.cut()).toHaveLength(1);
  });
});

describe('one damage of a segment', () => {
  const NUMBERS = [1, 22, 333];

  it('in one bit of any byte is found, costs one line at most and alters none', async () => {
    const { path } = await filled(NUMBERS);
    const whole = readFileSync(path);
    const root = newRoot();
    for (let at = 0; at < whole.length; at += 1) {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 8));
      await expectOneLost(join(root, String(at)), path, bytes);
    }
  }, 30_000);

  it('by which its end is missing costs no line before that', async () => {
    const { path } = await filled(NUMBERS);
    const whole = readFileSync(path);
    for (let length = 0; length < whole.length; length += 1) {
      const found = await mended(join(newRoot(), String(length)), path, whole.subarray(0, length));
      const left = whole
        .toString('latin1', 0, length + 1)
        .split('\n')
        .slice(0, -1).length;
      expect(found.numbers).toEqual(NUMBERS.slice(0, Math.max(left, 0)));
    }
  });

  async function mended(root: string, path: string, bytes: Buffer) {
    const folder = join(root, 'coin');
    await (await opened(folder))[Symbol.asyncDispose]();
    writeFileSync(join(folder, basename(path)), bytes);
    const findings = await verifyJournals(root);
    await using journal = await opened(folder);
    const numbers = (await readJournal(journal)).map((one) => (one as { number: number }).number);
    return { numbers, findings, after: await verifyJournals(root) };
  }

  async function expectOneLost(root: string, path: string, bytes: Buffer): Promise<void> {
    const { numbers, findings, after } = await mended(root, path, bytes);
    expect(findings.length).toBeGreaterThan(0);
    expect(numbers.length).toBeGreaterThanOrEqual(NUMBERS.length - 1);
    expect(NUMBERS.filter((number) => numbers.includes(number))).toEqual(numbers);
    // Nothing of it is left in the segment.
    expect(after.filter(({ kind }) => kind !== 'set_aside')).toEqual([]);
  }
});
