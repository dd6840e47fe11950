import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MINUTE_MS } from '../../platform/units/durations.ts';
import type { Executor, Resources, RunningWork, Work } from '../compute/executor.ts';

/** Timeout for an effect of an engine, on a machine that may be busy. */
export const SOON = { timeout: 60_000, interval: 50 };
const MIB = 1024 * 1024;

export interface Bench {
  /** Opens the engine as a server does at its start. Two of them share their running work. */
  open(): Promise<Executor>;
  /** An image with a POSIX shell, or null where the engine takes none. */
  readonly image: string | null;
  /** Whether the command sees the environment of `PATH` from its image. */
  readonly path: string | null;
  /** Processes of this machine that still belong to the work; null where they cannot be seen from here. */
  readonly left: ((id: string) => number[]) | null;
}

const ANY: Resources = {
  cpus: null,
  memoryBytes: null,
  gpus: { count: 0, model: null },
  instance: null,
  spot: false,
};

let count = 0;

/** Behaviour that every engine shares: all of them pass this suite. */
export function describeExecutor(name: string, benchOf: BenchOf): void {
  describe(`work on ${name}`, () => {
    sees(benchOf);
    ends(benchOf);
    isBounded(benchOf);
  });
}

type BenchOf = () => Promise<Bench>;

/** Environment, files and exit code of a command. */
function sees(benchOf: BenchOf): void {
  it.each([
    ['exit 0', 0],
    ['exit 3', 3],
  ])('that runs `%s` ends with %i', async (script, exitCode) => {
    await using room = await enter(benchOf);
    const work = room.work(script);
    const running = await room.executor.start(work);
    const end = await running.ended;
    expect(end).toMatchObject({ reason: 'exited', exitCode, stoppedBy: null });
    expect(end.end).toBeGreaterThanOrEqual(end.start);
  });

  it('finds its files in its working folder and leaves its outputs there, and nothing else', async () => {
    await using room = await enter(benchOf);
    const work = room.work('cat in/a.txt > out.txt; mkdir -p made/deep; echo b > made/deep/b.txt; echo c > other.txt', {
      outputs: ['out.txt', 'made', 'not-there.txt'],
    });
    room.put(work, 'in/a.txt', 'hello');
    expect(await (await room.executor.start(work)).ended).toMatchObject({ exitCode: 0 });
    expect(room.read(work, 'out.txt')).toBe('hello');
    expect(room.read(work, 'made/deep/b.txt')).toBe('b\n');
  });

  it('has the environment that it was given, with nothing changed in it, and none of the server', async () => {
    await using room = await enter(benchOf);
    process.env.SERVER_SECRET_OF_TEST = 'not for steps';
    onTestFinished(() => void delete process.env.SERVER_SECRET_OF_TEST);
    const work = room.work('printf "%s|%s" "$WORDS" "$SERVER_SECRET_OF_TEST" > out.txt', {
      environment: { WORDS: 'a "b" $c \'d\' \\ ü\nsecond line' },
      outputs: ['out.txt'],
    });
    await (await room.executor.start(work)).ended;
    expect(room.read(work, 'out.txt')).toBe('a "b" $c \'d\' \\ ü\nsecond line|');
  });

  it('gives its words to the command as they are', async () => {
    await using room = await enter(benchOf);
    const words = ['a b', '$HOME', '"', "'", '*', '', '-n'];
    const work = room.work('', {
      command: ['sh', '-c', 'printf "<%s>" "$@" > out.txt', 'sh', ...words],
      outputs: ['out.txt'],
    });
    await (await room.executor.start(work)).ended;
    expect(room.read(work, 'out.txt')).toBe(words.map((word) => `<${word}>`).join(''));
  });

  it('has its output, both kinds of it, in the log while it runs and after', async () => {
    await using room = await enter(benchOf);
    const work = room.work('echo first; echo second >&2; while :; do sleep 0.1; done');
    const running = await room.executor.start(work);
    await expect.poll(() => room.log(work), SOON).toContain('second');
    expect(room.log(work)).toContain('first');
    await running.stop();
    await running.ended;
  });

  it('that cannot be found says so, and how', async () => {
    await using room = await enter(benchOf);
    const work = room.work('', { command: ['no-such-command-anywhere'] });
    const end = await (await room.executor.start(work)).ended;
    expect(end.exitCode === 127 || end.reason === 'not-started').toBe(true);
    expect(`${end.detail ?? ''}${room.log(work)}`).toMatch(/no-such-command-anywhere/);
  });
}

/** How it comes to its end. */
function ends(benchOf: BenchOf): void {
  it('asked to stop may end in its own way, and its last word is kept', async () => {
    await using room = await enter(benchOf);
    const work = room.work('trap "echo saved > checkpoint.txt; exit 0" TERM; echo begun; while :; do sleep 0.1; done', {
      outputs: ['checkpoint.txt'],
      graceMs: 20_000,
    });
    const running = await room.executor.start(work);
    await expect.poll(() => room.log(work), SOON).toContain('begun');
    await running.stop();
    await running.stop();
    expect(await running.ended).toMatchObject({ reason: 'stopped', exitCode: 0, stoppedBy: 'starter' });
    expect(room.read(work, 'checkpoint.txt')).toBe('saved\n');
  });

  it('that is deaf is killed when its grace is over, with all that it started', async () => {
    await using room = await enter(benchOf);
    const work = room.work(
      'trap "" TERM; (trap "" TERM; while :; do sleep 0.1; done) & echo begun; while :; do sleep 0.1; done',
      {
        graceMs: 1_000,
      },
    );
    const running = await room.executor.start(work);
    await expect.poll(() => room.log(work), SOON).toContain('begun');
    const from = Date.now();
    await running.stop();
    expect(await running.ended).toMatchObject({ reason: 'stopped', stoppedBy: 'starter' });
    expect(Date.now() - from).toBeGreaterThanOrEqual(900);
    if (room.left !== null) await expect.poll(() => room.left?.(work.id), SOON).toEqual([]);
  });

  it('is ended in time by the engine when nobody else does, and not before when it was given more', async () => {
    await using room = await enter(benchOf);
    const work = room.work('echo begun; while :; do sleep 0.1; done', { graceMs: 1_000, until: Date.now() + 6_000 });
    const running = await room.executor.start(work);
    await running.extend(Date.now() + 12_000);
    const extended = Date.now();
    const end = await running.ended;
    expect(end).toMatchObject({ reason: 'stopped', stoppedBy: 'watchdog' });
    expect(end.end - extended).toBeGreaterThan(7_000);
    expect(end.end - extended).toBeLessThan(12_000 + 5_000);
  });

  it('is found again by a server that did not begin it, running or ended, and is not begun twice', async () => {
    await using room = await enter(benchOf);
    const work = room.work('echo begun >> times.txt; echo begun; while [ ! -e stop ]; do sleep 0.1; done', {
      outputs: ['times.txt'],
    });
    const running = await room.executor.start(work);
    await expect.poll(() => room.log(work), SOON).toContain('begun');
    await using second = await room.open();
    const again = await second.start(work);
    expect(again.start).toBeCloseTo(running.start, -4);
    const found = await second.find(work);
    await found?.stop();
    expect(await found?.ended).toMatchObject({ reason: 'stopped' });
    expect(room.read(work, 'times.txt')).toBe('begun\n');
    await using third = await room.open();
    expect((await (await third.find(work))?.ended)?.exitCode).toBe((await running.ended).exitCode);
    expect(await third.find(room.work('true'))).toBeNull();
  });
}

/** Limits that end the work. */
function isBounded(benchOf: BenchOf): void {
  it('that takes more memory than it was given is ended, and the reason is told apart', async () => {
    await using room = await enter(benchOf);
    const work = room.work('echo begun; x=0123456789abcdef; while :; do x=$x$x; done', {
      resources: { ...ANY, memoryBytes: 64 * MIB },
    });
    const end = await (await room.executor.start(work)).ended;
    expect(end.reason).toBe('out-of-memory');
  });

  it('says what it has taken', async () => {
    await using room = await enter(benchOf);
    const work = room.work('i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; echo done; sleep 1');
    const running = await room.executor.start(work);
    await expect.poll(() => room.log(work), SOON).toContain('done');
    const { usage } = await running.ended;
    expect(usage.cpuSeconds).toBeGreaterThan(0.05);
    expect(usage.peakMemoryBytes).toBeGreaterThan(100_000);
  });

  it('that prints without end leaves a log that ends, with its first and its last words', async () => {
    await using room = await enter(benchOf);
    const work = room.work('echo first words; head -c 100000000 /dev/zero | tr "\\\\0" x; echo; echo last words');
    expect(await (await room.executor.start(work)).ended).toMatchObject({ exitCode: 0 });
    const log = room.log(work);
    expect(log.length).toBeLessThan(80 * MIB);
    expect(log.startsWith('first words')).toBe(true);
    expect(log.trimEnd().endsWith('last words')).toBe(true);
  });

  it('that asks for what the engine can never give is refused before it begins', async () => {
    await using room = await enter(benchOf);
    const work = room.work('true', { resources: { ...ANY, gpus: { count: 64, model: 'H100' } } });
    await expect(room.executor.start(work)).rejects.toMatchObject({ code: 'executor_cannot' });
  });
}

async function enter(benchOf: BenchOf) {
  const bench = await benchOf();
  const folder = mkdtempSync(join(tmpdir(), 'steelyard-work-'));
  const executor = await bench.open();
  const works: { work: Work; running: RunningWork | null }[] = [];
  const fileOf = (work: Work, path: string) => join(work.workspace, path);
  return {
    ...bench,
    executor,
    work(script: string, over: Partial<Work> = {}): Work {
      count += 1;
      const id = `suite-${process.pid}-${Date.now().toString(36)}-${count}`;
      const place = join(folder, id);
      const work: Work = {
        id,
        folder: place,
        workspace: join(place, 'workspace'),
        command: ['sh', '-c', script],
        image: bench.image,
        resources: ANY,
        outputs: [],
        labels: { pipeline: 'suite', step: 'one' },
        until: Date.now() + 5 * MINUTE_MS,
        graceMs: 5_000,
        ...over,
        environment: { ...(bench.path === null ? {} : { PATH: bench.path }), ...over.environment },
      };
      mkdirSync(work.workspace, { recursive: true });
      works.push({ work, running: null });
      return work;
    },
    put(work: Work, path: string, text: string): void {
      mkdirSync(dirname(fileOf(work, path)), { recursive: true });
      writeFileSync(fileOf(work, path), text);
    },
    read: (work: Work, path: string) => readFileSync(fileOf(work, path), 'utf8'),
    log(work: Work): string {
      try {
        return readFileSync(join(work.folder, 'output.log'), 'utf8');
      } catch {
        return '';
      }
    },
    async [Symbol.asyncDispose]() {
      for (const { work } of works) {
        const running = await executor.find(work).catch(() => null);
        await running?.stop();
        await running?.ended;
        await executor.remove(work);
      }
      await executor[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
