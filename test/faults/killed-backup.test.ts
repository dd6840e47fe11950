import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createDemoClient } from '../../examples/recommender/demo/client.ts';
import { importBill } from '../../src/finops/billing/schema.ts';
import { costSummary } from '../../src/finops/costs/schema.ts';
import { listBackups, openBackupPlace, refuseHalfRestored, restoreBackup } from '../../src/platform/backup/index.ts';
import { getBackupRun, startBackup } from '../../src/platform/backup/schema.ts';
import { systemClock } from '../../src/platform/units/index.ts';
import { atMoment, KillCampaign } from '../support/moment.ts';
import { startServerProcess } from '../support/server-process.ts';

const ROWS = 20_000;
const PROGRAM = fileURLToPath(new URL('../../bin/steelyard', import.meta.url));
const newFolder = (name: string) => mkdtempSync(join(tmpdir(), `${name}-`));

async function importMonth(url: string, folder: string, month: number): Promise<void> {
  const period = new Date(Date.UTC(2026, month - 1)).toISOString().slice(0, 7);
  const header = 'BilledCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ResourceId';
  const lines = Array.from({ length: ROWS }, (_, index) => `${month}.25,USD,${period}-01,${period}-02,r-${index}`);
  const path = join(folder, `${period}.csv`);
  writeFileSync(path, `${[header, ...lines].join('\n')}\n`);
  const client = createDemoClient(url);
  const upload = await client.upload(path);
  await client.call(importBill, { body: { source: 'aws', files: [{ upload, name: `${period}.csv` }] } });
}

const costs = (url: string) =>
  createDemoClient(url).call(costSummary, { query: { by: 'serviceName,month', metric: 'billedCost' } });

/** Requests a backup and waits for its end, or for the end of the server. */
async function backUp(url: string, to: string): Promise<void> {
  const client = createDemoClient(url);
  const { run } = await client.call(startBackup, { body: { to } });
  for (;;) if ((await client.call(getBackupRun, { params: { run } })).endedAt !== null) return;
}

describe('a backup whose server is killed', () => {
  it('is listed when it is whole and not otherwise, whenever it was', async () => {
    const [data, place] = [newFolder('killed-backup'), newFolder('backups')];
    await using server = await startServerProcess(data);
    const campaign = new KillCampaign('backup', [5, 30, 60, 90, 120, 160, 200, 300, 450, 'ended']);
    for (const [round, moment] of campaign.rounds()) {
      await importMonth(server.url, data, round + 1);
      const expected = await costs(server.url);
      await campaign.killAt(moment, backUp(server.url, place), server.kill);
      await using opened = await openBackupPlace(place, systemClock);
      const listed = await listBackups(opened);
      expect(listed.unreadable).toEqual([]);
      for (const { backup, damaged } of listed.backups) {
        expect(damaged).toEqual([]);
        await restoreBackup(opened, backup, join(newFolder('restored'), 'data'), () => {});
      }
      await server.startAgain();
      expect(await costs(server.url)).toEqual(expected);
    }
    await backUp(server.url, place);
    await using opened = await openBackupPlace(place, systemClock);
    const last = (await listBackups(opened)).backups.at(-1)?.backup ?? '';
    const folder = join(newFolder('restored'), 'data');
    await restoreBackup(opened, last, folder, () => {});
    const expected = await costs(server.url);
    await using restored = await startServerProcess(folder);
    expect(await costs(restored.url)).toEqual(expected);
  });
});

describe('a restore that is killed', () => {
  it('is refused by the server and goes on when it is run again, whenever it was', async () => {
    const [data, place] = [newFolder('backed-up'), newFolder('backups')];
    await using server = await startServerProcess(data);
    for (const month of [1, 2, 3, 4]) await importMonth(server.url, data, month);
    await backUp(server.url, place);
    const expected = await costs(server.url);
    await using opened = await openBackupPlace(place, systemClock);
    const backup = (await listBackups(opened)).backups.at(-1)?.backup ?? '';
    let folder = join(newFolder('restored'), 'data');
    const marker = () => join(folder, '.restoring.json');
    /** Each attempt rewrites the marker when it starts. */
    const beganAt = () => statSync(marker(), { throwIfNoEntry: false })?.mtimeMs;
    const restoring = (): ChildProcess =>
      spawn(PROGRAM, ['backup', 'restore', backup, '--from', place, '--data', folder, '--json'], { stdio: 'ignore' });
    const campaign = new KillCampaign('restore', [0, 5, 15, 30, 45, 60, 80, 110, 150, 200]);
    for (const [, moment] of campaign.rounds()) {
      const before = beganAt();
      const child = restoring();
      const ended = once(child, 'exit');
      // Loading the program takes most of the first second.
      const hasBegun = () => ![before, undefined].includes(beganAt());
      await expect.poll(() => child.exitCode !== null || hasBegun(), { interval: 1 }).toBe(true);
      await atMoment(moment, ended);
      child.kill('SIGKILL');
      const [code] = (await ended) as [number | null];
      expect([0, null]).toContain(code);
      const isHit = existsSync(marker());
      campaign.count(isHit);
      if (isHit) expect(() => refuseHalfRestored(folder)).toThrow('was interrupted');
      // A complete one is not restored again.
      else folder = join(newFolder('restored'), 'data');
    }
    const child = restoring();
    expect(await once(child, 'exit')).toEqual([0, null]);
    await using restored = await startServerProcess(folder);
    expect(await costs(restored.url)).toEqual(expected);
  });
});
