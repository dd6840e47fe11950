import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { getBudget } from '../../finops/budgets/schema.ts';
import type { Application } from '../../main.ts';
import { findMarked } from '../../platform/processes/kernel.ts';
import { HOUR_MS } from '../../platform/units/durations.ts';
import { call, testApplication } from '../../testing/application.ts';
import { type PipelineRun, startPipelineRun } from '../pipelines/schema.ts';
import { applied, ended, requireStep } from '../testing/pipelines.ts';
import { computeWorkId } from './work.ts';

const SOON = { timeout: 30_000, interval: 20 };
const DOLLARS = 14;

/** A run of one step at a dollar a second, once it has touched its file. */
async function startRun(application: Application, script: string): Promise<string> {
  const mark = join(mkdtempSync(join(tmpdir(), 'clock-')), 'begun');
  const steps = {
    work: {
      run: `trap 'echo saved > $STEELYARD_CHECKPOINT_FILE; kill $!; exit 0' TERM; touch ${mark}; ${script}`,
      price: '3600 USD',
      grace: '1s',
    },
  };
  await applied(application, document('Pipeline', 'p', { steps }));
  const { run } = await call(application, startPipelineRun, { params: { pipeline: 'p' }, body: {} });
  await vi.waitFor(() => expect(existsSync(mark)).toBe(true), SOON);
  return run;
}

const document = (kind: string, name: string, spec: object) =>
  JSON.stringify({ apiVersion: 'steelyard/v1', kind, metadata: { name }, spec });
const budget = (enforcement: string) =>
  document('Budget', 'small', {
    subject: { pipeline: 'p' },
    amount: String(DOLLARS),
    currency: 'USD',
    every: 'once',
    enforcement,
  });
const standing = (application: Application) => call(application, getBudget, { params: { budget: 'small' } });

async function expectTrue(over: PipelineRun): Promise<void> {
  expect(Date.parse(over.endedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(over.startedAt ?? ''));
  const mark = `STEELYARD_EXECUTION=${computeWorkId(over.run, { name: 'work', key: 'work' }, 1)}`;
  // The script has killed its `sleep`, which may take a moment to end after the script.
  await expect.poll(() => findMarked(mark), { timeout: 10_000 }).toEqual([]);
}

describe.each([
  ['an hour on', HOUR_MS],
  ['an hour back', -HOUR_MS],
])('a clock that is set %s under a running step', (_name, jumpMs) => {
  it('neither spends money nor hides it: a hard budget stops the step when it is spent', async () => {
    let setMs = 0;
    await using application = await testApplication({ clock: { now: () => Date.now() + setMs } });
    await applied(application, budget('hard'));
    const run = await startRun(application, 'sleep 600 & wait');
    setMs = jumpMs;
    const over = await ended(application, 'p', run);
    expect(requireStep(over, 'work')).toMatchObject({ reason: 'budget small', attempts: [{ checkpoint: 'saved' }] });
    await expectTrue(over);
    const { spent, reserved, stops } = await standing(application);
    expect({ spent, reserved, stops: stops.length }).toMatchObject({
      spent: over.cost,
      reserved: { amount: '0' },
      stops: 1,
    });
    expect(Number(spent?.amount)).toBeGreaterThan(DOLLARS / 2);
    expect(Number(spent?.amount)).toBeLessThanOrEqual(DOLLARS + 1);
  }, 120_000);

  it('while the server is away changes nothing: the step goes on, and costs what it took', async () => {
    let setMs = 0;
    const clock = { now: () => Date.now() + setMs };
    const first = await testApplication({ clock });
    await applied(first, budget('soft'));
    const go = join(mkdtempSync(join(tmpdir(), 'clock-')), 'go');
    const from = Date.now();
    const run = await startRun(first, `while [ ! -e ${go} ]; do sleep 0.05; done; sleep 1`);
    await first[Symbol.asyncDispose]();
    setMs = jumpMs;
    await using application = await testApplication({ clock }, { data: first.config.data });
    writeFileSync(go, '');
    const over = await ended(application, 'p', run);
    expect([over.state, requireStep(over, 'work').attempts.length]).toEqual(['succeeded', 1]);
    await expectTrue(over);
    const { spent, reserved } = await standing(application);
    expect({ spent, reserved }).toMatchObject({ spent: over.cost, reserved: { amount: '0' } });
    expect(Number(spent?.amount)).toBeGreaterThan(1);
    expect(Number(spent?.amount)).toBeLessThanOrEqual((Date.now() - from) / 1000);
  }, 120_000);
});
