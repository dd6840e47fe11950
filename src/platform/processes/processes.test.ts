import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { MINUTE_MS } from '../units/durations.ts';
import { type Execution, type ExecutionSpec, findExecution, startExecution } from './index.ts';
import { findMarked } from './kernel.ts';

/** Timeout for effects of a command, which take milliseconds, on a machine that may be busy. */
const SOON = { timeout: 20_000, interval: 20 };

let folder: string;
let id: string;
let count = 0;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'steelyard-processes-'));
  count += 1;
  id = `test-${process.pid}-${count}`;
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});

const buildSpec = (script: string, over: Partial<ExecutionSpec> = {}): ExecutionSpec => ({
  id,
  folder: join(folder, 'execution'),
  command: ['sh', '-c', script],
  cwd: folder,
  environment: { PATH: String(process.env.PATH) },
  until: Date.now() + MINUTE_MS,
  graceMs: 5000,
  output: 'file',
  ...over,
});
const start = (script: string, over: Partial<ExecutionSpec> = {}) => startExecution(buildSpec(script, over));
const output = () => readFileSync(join(folder, 'execution', 'output.log'), 'utf8');
const begun = (text = 'begun') => expect.poll(output, SOON).toContain(text);
const nobodyLeft = () => expect.poll(() => findMarked(`STEELYARD_EXECUTION=${id}`), SOON).toEqual([]);
const timed = async (execution: Execution) => {
  const from = Date.now();
  const ended = await execution.ended;
  return { ...ended, tookMs: Date.now() - from };
};

/** Shifts the time that shells see: the machine's time plus or minus milliseconds. */
function setClock(change: string): void {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const date = execFileSync('sh', ['-c', 'command -v date'], { encoding: 'utf8' }).trim();
  writeFileSync(join(bin, 'date'), `#!/bin/sh\necho "$(($(${date} +%s%3N) ${change}))"\n`, { mode: 0o755 });
  vi.stubEnv('PATH', `${bin}:${process.env.PATH}`);
  onTestFinished(() => void vi.unstubAllEnvs());
}

describe('an execution', () => {
  it.each([
    ['exit 0', 0],
    ['exit 3', 3],
    ['kill -KILL $$', 137],
    ['kill -SEGV $$', 139],
  ])('of `%s` ends with %i', async (script, exitCode) => {
    expect(await start(script).ended).toMatchObject({ exitCode, stoppedBy: null });
  });

  it('of a command that is not there ends with 127, as in every shell', async () => {
    expect(await start('', { command: ['no-such-command'] }).ended).toMatchObject({ exitCode: 127 });
  });

  it('gives its words to the command as they are, and its output to a file', async () => {
    const words = ['a b', '$HOME', '"', "'", '*', '', '-n'] as const;
    await start('', { command: ['printf', '<%s>', ...words] }).ended;
    expect(output()).toBe(words.map((word) => `<${word}>`).join(''));
  });

  it('keeps every line of a command that writes many short ones', async () => {
    await start('i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); echo "line $i"; done').ended;
    const lines = output().trimEnd().split('\n');
    expect([lines.length, lines.at(-1)]).toEqual([20_000, 'line 20000']);
    expect(output()).not.toContain('left out');
  });

  it('asked to stop may end in its own way', async () => {
    const execution = start('trap "echo saved; exit 0" TERM; echo begun; while :; do sleep 0.05; done');
    await begun();
    execution.stop();
    expect(await execution.ended).toMatchObject({ exitCode: 0, stoppedBy: 'starter' });
    expect(output()).toContain('saved');
  });

  it('that is deaf is killed when its grace is over', async () => {
    const execution = start('trap "" TERM; echo begun; while :; do sleep 0.05; done', { graceMs: 300 });
    await begun();
    execution.stop();
    const { tookMs, ...ended } = await timed(execution);
    expect(ended).toMatchObject({ exitCode: null, stoppedBy: 'starter' });
    expect(tookMs).toBeGreaterThanOrEqual(250);
    await nobodyLeft();
  });

  it('leaves nothing behind, not even what left its group', async () => {
    const execution = start('setsid sh -c "echo escaped; exec sleep 600" & sleep 600 & wait $!', { graceMs: 200 });
    await begun('escaped');
    execution.stop();
    await execution.ended;
    await nobodyLeft();
  });

  it('that ends by itself takes what it left running with it', async () => {
    const execution = start(
      'setsid sh -c "echo escaped; exec sleep 600" & sleep 600 & while ! grep -q escaped execution/output.log; do sleep 0.05; done; exit 4',
    );
    expect(await execution.ended).toMatchObject({ exitCode: 4, stoppedBy: null });
    await nobodyLeft();
  });

  it('that was given no more time is ended by its watchdog when nobody else does', async () => {
    const until = Date.now() + 8000;
    const execution = start('trap "echo saved; exit 7" TERM; echo begun; while :; do sleep 0.05; done', {
      until,
      graceMs: 4000,
    });
    const ended = await execution.ended;
    expect(ended).toMatchObject({ exitCode: 7, stoppedBy: 'watchdog' });
    expect(ended.end).toBeLessThanOrEqual(until);
    expect(output()).toContain('saved');
  });

  it('that is deaf to its watchdog is killed at the second it was given', async () => {
    const until = Date.now() + 4000;
    const execution = start('trap "" TERM; while :; do sleep 0.05; done', { until, graceMs: 1000 });
    expect(await execution.ended).toMatchObject({ exitCode: null, stoppedBy: 'watchdog' });
    expect(Date.now()).toBeGreaterThanOrEqual(until);
    expect(Date.now()).toBeLessThanOrEqual(until + 5000);
    await nobodyLeft();
  });

  it('is not ended by its watchdog because the clock is set an hour on', async () => {
    setClock('+ 3600000');
    const execution = start('sleep 1; exit 6', { graceMs: 0 });
    expect(await execution.ended).toMatchObject({ exitCode: 6, stoppedBy: null });
  });

  it('is ended by its watchdog in time although the clock is set an hour back', async () => {
    setClock('- 3600000');
    const until = Date.now() + 4000;
    const execution = start('trap "" TERM; while :; do sleep 0.05; done', { until, graceMs: 1000 });
    expect(await execution.ended).toMatchObject({ exitCode: null, stoppedBy: 'watchdog' });
    expect(Date.now()).toBeGreaterThanOrEqual(until);
    await nobodyLeft();
  });

  it('has taken as long as it took, whatever the clock says of its end', async () => {
    const first = await start('exit 0').ended;
    const later = new Date(Date.now() + 3_600_000);
    utimesSync(join(folder, 'execution', 'exit'), later, later);
    expect((await findExecution(buildSpec(''))?.ended)?.end).toBe(first.end);
  });

  it('goes on while it is given more time', async () => {
    const execution = start('sleep 5; exit 6', { until: Date.now() + 4000, graceMs: 0 });
    execution.extend(Date.now() + MINUTE_MS);
    expect(await execution.ended).toMatchObject({ exitCode: 6, stoppedBy: null });
  });

  it('is found again by its folder, running or ended', async () => {
    expect(findExecution(buildSpec(''))).toBeNull();
    const first = start('echo begun; while [ ! -e go ]; do sleep 0.05; done; exit 9');
    await begun();
    const found = findExecution(buildSpec(''));
    expect(found?.start).toBe(first.start);
    execFileSync('touch', [join(folder, 'go')]);
    expect(await found?.ended).toMatchObject({ exitCode: 9 });
    expect(await findExecution(buildSpec(''))?.ended).toEqual(await first.ended);
  });

  it('that its watchdog killed while nobody looked ended then, and not when somebody looks', async () => {
    const until = Date.now() + 3000;
    const first = start('trap "" TERM; while :; do sleep 0.05; done', { until, graceMs: 1000 });
    await first.ended;
    await expect.poll(() => existsSync(join(folder, 'execution', 'killed')), SOON).toBe(true);
    const { end } = (await findExecution(buildSpec(''))?.ended) ?? { end: 0 };
    expect(end).toBeGreaterThanOrEqual(until - 1);
    expect(Math.abs(end - statSync(join(folder, 'execution', 'killed')).mtimeMs)).toBeLessThan(1000);
  });

  it('that went with its machine ended when its time was over at the latest', async () => {
    const first = start('exit 0');
    await first.ended;
    rmSync(join(folder, 'execution', 'exit'));
    first.extend(first.start + 2);
    const end = Math.floor(first.start + 2);
    expect(await findExecution(buildSpec(''))?.ended).toMatchObject({ exitCode: null, end });
  });

  it('outlives a starter that is killed, is found by the next, and stops for it', async () => {
    const starter = `
      import { startExecution } from ${JSON.stringify(join(import.meta.dirname, 'index.ts'))};
      startExecution(${JSON.stringify(buildSpec('trap "exit 5" TERM; echo begun; while :; do sleep 0.05; done'))});
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', starter], { stdio: 'ignore' });
    await expect
      .poll(() => (existsSync(join(folder, 'execution', 'output.log')) ? output() : ''), SOON)
      .toContain('begun');
    child.kill('SIGKILL');
    const found = findExecution(buildSpec(''));
    found?.stop();
    expect(await found?.ended).toMatchObject({ exitCode: 5, stoppedBy: 'starter' });
    await nobodyLeft();
  });
});
