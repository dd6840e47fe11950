import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

/** Appends three documents one after the other, and prints the outcome of each and the content of the files. */
const PROGRAM = `
  const [module, folder, fsync] = process.argv.slice(2);
  const { openJournal } = await import(module);
  const { readFileSync } = await import('node:fs');
  const log = { info() {}, error() {} };
  const journal = await openJournal({ folder, fsync, now: Date.now, log });
  const outcomes = [];
  for (const number of [1, 2, 3]) {
    outcomes.push(await journal.append([{ number }]).then(() => 'kept', (error) => error.code));
    // Every write is synced before the next one comes, also where a timer would do it.
    if (fsync === 'interval' && number === 1) await journal.cut();
  }
  const segments = await journal.cut();
  const numbers = segments.map(({ path }) => readFileSync(path, 'utf8').split('\\n').filter(Boolean).map((line) => JSON.parse(line).number));
  console.log(JSON.stringify({ outcomes, numbers: numbers.filter((each) => each.length > 0) }));
  process.exit(0);
`;

const canInject = isInstalled('strace');

function isInstalled(program: string): boolean {
  try {
    execFileSync(program, ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Runs the program with one call of `fdatasync` that fails as a disk does; later ones succeed. */
async function runWith(fsync: 'always' | 'interval', failing: number) {
  const folder = mkdtempSync(join(tmpdir(), 'failed-sync-'));
  const program = join(folder, 'program.mjs');
  writeFileSync(program, PROGRAM);
  const inject = `inject=fdatasync:error=EIO:when=${failing}`;
  const node = [process.execPath, program, join(import.meta.dirname, 'journal.ts'), join(folder, 'coin'), fsync];
  // One thread of the pool, because strace counts calls by thread.
  const env = { ...process.env, UV_THREADPOOL_SIZE: '1' };
  const strace = ['-f', '-qq', '-e', 'trace=fdatasync', '-e', inject, '-o', '/dev/null', ...node];
  const { stdout } = await promisify(execFile)('strace', strace, { env });
  return JSON.parse(stdout) as { outcomes: string[]; numbers: number[][] };
}

describe.skipIf(!canInject)('a journal whose disk fails to sync once (skipped without strace)', () => {
  it('keeps nothing of the append that was not synced, and goes on in another segment', async () => {
    expect(await runWith('always', 2)).toEqual({ outcomes: ['kept', 'EIO', 'kept'], numbers: [[1], [3]] });
  });

  it('begins with another segment where the first sync failed', async () => {
    expect(await runWith('always', 1)).toEqual({ outcomes: ['EIO', 'kept', 'kept'], numbers: [[2, 3]] });
  });

  it('tells the next writer where appends do not wait for the disk, and does not sync the segment again', async () => {
    const { outcomes, numbers } = await runWith('interval', 1);
    expect({ outcomes, numbers }).toEqual({ outcomes: ['kept', 'EIO', 'kept'], numbers: [[1], [3]] });
  });
});
