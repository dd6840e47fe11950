import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createApplication } from '../../src/main.ts';
import { startPipelineRun } from '../../src/mlops/pipelines/schema.ts';
import { applied, ended, ranToEnd, requireStep } from '../../src/mlops/testing/pipelines.ts';
import { loadConfig } from '../../src/platform/config/index.ts';
import { call, catchProblem } from '../../src/testing/application.ts';
import { smallDisk } from '../support/small-disk.ts';

const SOON = { timeout: 60_000, interval: 50 };
const disk = smallDisk(96);
const elsewhere = mkdtempSync(join(tmpdir(), 'full-disk-'));

async function applicationOn(folder: string, name: string) {
  const { config } = loadConfig({ environment: {}, flags: { data: join(folder, name), logLevel: 'silent', port: 0 } });
  return createApplication(config);
}

type Application = Awaited<ReturnType<typeof applicationOn>>;

const pipeline = (application: Application, steps: object) =>
  applied(
    application,
    JSON.stringify({ apiVersion: 'steelyard/v1', kind: 'Pipeline', metadata: { name: 'p' }, spec: { steps } }),
  );

/** Fills the free space of the disk; returns a function that releases it. */
function filled(folder: string): () => void {
  const ballast = join(folder, 'ballast');
  const { bavail, bsize } = statfsSync(folder);
  try {
    writeFileSync(ballast, Buffer.alloc(bavail * bsize));
  } catch {
    // Another process took a part of the space in the meantime: the disk is full nevertheless.
  }
  return () => rmSync(ballast);
}

describe.skipIf(disk === null)('a full disk under pipelines (skipped where a small disk cannot be mounted)', () => {
  const folder = disk ?? '';

  it('filled by a step ends that step, which says so, and nothing else', async () => {
    await using application = await applicationOn(folder, 'one');
    const gate = join(elsewhere, 'small-may-end');
    await pipeline(application, {
      large: { run: 'head -c 200000000 /dev/zero > big || true; sleep 600' },
      small: { run: `while [ ! -e ${gate} ]; do sleep 0.05; done; echo made > out.txt`, outputs: ['out.txt'] },
      after: { run: `touch ${gate}`, needs: ['large'], when: 'true' },
    });
    const over = await ranToEnd(application, 'p');
    expect(requireStep(over, 'large')).toMatchObject({ state: 'failed', reason: expect.stringMatching(/^disk: /) });
    expect([over.state, requireStep(over, 'small').state]).toEqual(['failed', 'succeeded']);
  }, 120_000);

  it('while a step runs costs nothing but time: its end is stored when there is space again, and it is not run twice', async () => {
    onTestFinished(() => void execFileSync('umount', ['-l', folder]));
    await using application = await applicationOn(folder, 'two');
    const [begun, gate, done, count] = ['begun', 'gate', 'done', 'count'].map((name) => join(elsewhere, name));
    const run = `echo x >> ${count}; touch ${begun}; while [ ! -e ${gate} ]; do sleep 0.05; done; touch ${done}`;
    await pipeline(application, { work: { run, price: '3600 USD' }, after: { run: 'true', needs: ['work'] } });
    const { run: id } = await call(application, startPipelineRun, { params: { pipeline: 'p' }, body: {} });
    await vi.waitFor(() => expect(existsSync(begun ?? '')).toBe(true), SOON);
    const emptied = filled(folder);
    await expect
      .poll(
        () => catchProblem(pipeline(application, { work: { run: 'true' }, more: { run: '#'.repeat(15_000) } })),
        SOON,
      )
      .toMatchObject({ code: 'storage_full' });
    writeFileSync(gate ?? '', '');
    await vi.waitFor(() => expect(existsSync(done ?? '')).toBe(true), SOON);
    emptied();
    const over = await ended(application, 'p', id);
    expect([over.state, requireStep(over, 'work').attempts.length]).toEqual(['succeeded', 1]);
    expect(Number(over.cost?.amount)).toBeGreaterThan(0);
    expect(execFileSync('cat', [count ?? ''], { encoding: 'utf8' })).toBe('x\n');
  }, 120_000);
});
