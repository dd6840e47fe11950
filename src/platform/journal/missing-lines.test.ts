import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { openJournal } from './journal.ts';
import { type JournalFinding, verifyJournals } from './verify.ts';

const log = pino({ level: 'silent' });
let time = 1_700_000_000_000;

const open = (folder: string) => openJournal({ folder, fsync: 'always', now: () => time++, log });
const namesIn = (folder: string, ending: string) => readdirSync(folder).filter((name) => name.endsWith(ending));
const pathsIn = (folder: string) => namesIn(folder, '.jsonl').map((name) => join(folder, name));
const summary = (findings: readonly JournalFinding[]) => findings.map(({ kind, lines }) => [kind, lines]);

/** A journal with two segments, of the numbers 1 to 3 and 4 to 6, as a server that stopped in order left it. */
async function closedJournal() {
  const root = mkdtempSync(join(tmpdir(), 'missing-lines-'));
  const folder = join(root, 'coin');
  await using journal = await open(folder);
  await journal.append([1, 2, 3].map((number) => ({ number })));
  await journal.cut();
  await journal.append([4, 5, 6].map((number) => ({ number })));
  await journal.cut();
  const [first = '', second = ''] = pathsIn(folder);
  return { root, folder, first, second };
}

/** The same, with its last segment as a killed process leaves it: its size is in the head only. */
async function killedJournal() {
  const closed = await closedJournal();
  const journal = await open(closed.folder);
  await journal.append([7, 8, 9].map((number) => ({ number })));
  const root = mkdtempSync(join(tmpdir(), 'killed-'));
  const folder = join(root, 'coin');
  cpSync(closed.folder, folder, { recursive: true });
  await journal[Symbol.asyncDispose]();
  return { root, folder, last: pathsIn(folder)[2] ?? '' };
}

/** Starts a server on the folder; returns the numbers that it reads, and the findings of a verification. */
async function startOn(root: string) {
  const folder = join(root, 'coin');
  await using journal = await open(folder);
  const segments = await journal.cut();
  const lines = segments.flatMap(({ path }) => readFileSync(path, 'utf8').split('\n').filter(Boolean));
  const numbers = lines.map((line) => (JSON.parse(line) as { number: number }).number);
  return { numbers, noted: journal.damagedSpots, findings: summary(await verifyJournals(root)) };
}

describe('lines that are gone', () => {
  it('are found and counted when a whole segment is removed, before and after the next start', async () => {
    const { root, second } = await closedJournal();
    expect(await verifyJournals(root)).toEqual([]);
    rmSync(second);
    expect(summary(await verifyJournals(root))).toEqual([['missing_lines', 3]]);
    const expected = { numbers: [1, 2, 3], noted: 1, findings: [['missing_lines', 3]] };
    expect(await startOn(root)).toEqual(expected);
    expect(await startOn(root)).toEqual(expected);
  });

  it('are found when a segment is cut off behind a line, at each length', async () => {
    for (const cut of [0, 1, 2]) {
      const { root, second } = await closedJournal();
      const [line = ''] = readFileSync(second, 'utf8').split('\n');
      truncateSync(second, (line.length + 1) * cut);
      expect(summary(await verifyJournals(root))).toEqual([['missing_lines', 3 - cut]]);
      const numbers = [1, 2, 3, 4, 5, 6].slice(0, 3 + cut);
      expect(await startOn(root)).toEqual({ numbers, noted: 1, findings: [['missing_lines', 3 - cut]] });
    }
  });

  it('are found when the last segment of a killed server is cut off or removed', async () => {
    const { root, last } = await killedJournal();
    expect(await verifyJournals(root)).toEqual([]);
    const [line = ''] = readFileSync(last, 'utf8').split('\n');
    truncateSync(last, line.length + 1);
    expect(summary(await verifyJournals(root))).toEqual([['missing_lines', 2]]);
    expect((await startOn(root)).numbers).toEqual([1, 2, 3, 4, 5, 6, 7]);
    const other = await killedJournal();
    rmSync(other.last);
    expect(await startOn(other.root)).toMatchObject({ noted: 1, findings: [['missing_lines', 3]] });
  });

  it('are none after a kill alone, also in the middle of a line', async () => {
    const { root, last } = await killedJournal();
    writeFileSync(last, '{"crc32":"00', { flag: 'a' });
    expect(summary(await verifyJournals(root))).toEqual([['torn_tail', null]]);
    expect(await startOn(root)).toEqual({ numbers: [1, 2, 3, 4, 5, 6, 7, 8, 9], noted: 0, findings: [] });
  });
});

describe('segments that changed places', () => {
  it('get their names back, and every line is kept', async () => {
    const { root, folder, first, second } = await closedJournal();
    renameSync(first, join(folder, 'aside'));
    renameSync(second, first);
    renameSync(join(folder, 'aside'), second);
    expect((await verifyJournals(root)).length).toBeGreaterThan(0);
    expect(await startOn(root)).toEqual({ numbers: [1, 2, 3, 4, 5, 6], noted: 0, findings: [] });
  });

  it('are put back also when the move was cut off in the middle', async () => {
    const { root, first, second } = await closedJournal();
    renameSync(first, `${first}.returning`);
    copyFileSync(second, first);
    renameSync(second, `${second}.returning`);
    expect(await startOn(root)).toMatchObject({ numbers: [1, 2, 3, 4, 5, 6] });
    expect([first, second].map((path) => existsSync(path))).toEqual([true, true]);
  });

  it('are not read twice where one took the place of another', async () => {
    const { root, first, second } = await closedJournal();
    copyFileSync(first, second);
    expect((await verifyJournals(root)).length).toBeGreaterThan(0);
    const { numbers, noted } = await startOn(root);
    expect(numbers).toEqual([1, 2, 3]);
    expect(noted).toBeGreaterThan(0);
  });
});

describe('a damaged ledger', () => {
  it.each(['flip', 'truncate', 'remove', 'swap'])(
    'is found (%s), costs no line, and is written again',
    async (kind) => {
      const { root, folder, first } = await closedJournal();
      const path = join(folder, 'segments.ledger');
      const bytes = readFileSync(path);
      bytes[40] = (bytes[40] ?? 0) ^ 1;
      if (kind === 'flip') writeFileSync(path, bytes);
      else if (kind === 'truncate') truncateSync(path, 50);
      else if (kind === 'remove') rmSync(path);
      else copyFileSync(first, path);
      expect(new Set((await verifyJournals(root)).map((one) => one.kind))).toEqual(new Set(['damaged_ledger']));
      const { numbers, noted } = await startOn(root);
      expect([numbers, noted]).toEqual([[1, 2, 3, 4, 5, 6], 1]);
      expect((await verifyJournals(root)).map(({ file, kind: found }) => [file, found])).toEqual([
        ['coin/segments.ledger.0.missing.damaged', 'missing_lines'],
      ]);
    },
  );

  it('is found when it is the size of the last segment of a killed server', async () => {
    for (const damage of [rmSync, (path: string) => writeFileSync(path, 'x')]) {
      const { root, folder } = await killedJournal();
      damage(join(folder, 'open.head'));
      expect(summary(await verifyJournals(root))).toEqual([['damaged_ledger', null]]);
      expect(await startOn(root)).toMatchObject({ numbers: [1, 2, 3, 4, 5, 6, 7, 8, 9], noted: 1 });
    }
  });

  it('is no finding where an older version left segments without one', async () => {
    const { root, folder, first, second } = await closedJournal();
    for (const path of [first, second, join(folder, 'segments.ledger')]) rmSync(path);
    writeFileSync(join(folder, '00000000000001-a.jsonl'), '{"number":1}\n');
    expect(await verifyJournals(root)).toEqual([]);
    expect(await startOn(root)).toEqual({ numbers: [1], noted: 0, findings: [] });
    rmSync(join(folder, '00000000000001-a.jsonl'));
    expect(summary(await verifyJournals(root))).toEqual([['missing_lines', 1]]);
  });
});
