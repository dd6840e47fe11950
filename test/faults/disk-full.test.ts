import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { costSummary } from '../../src/finops/costs/schema.ts';
import { createApplication } from '../../src/main.ts';
import { loadConfig } from '../../src/platform/config/index.ts';
import { call, catchProblem, importFiles } from '../../src/testing/application.ts';
import { smallDisk } from '../support/small-disk.ts';

const disk = smallDisk(24);

/** Incompressible rows: the written size is about that of the input. */
function bill(rows: number): string {
  const header = 'BilledCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ResourceId';
  const lines = Array.from({ length: rows }, (_, index) => {
    const noise = Array.from({ length: 8 }, () => Math.random().toString(36).slice(2)).join('');
    return `1,USD,2026-10-01,2026-10-02,${index}-${noise}`;
  });
  return `${[header, ...lines].join('\n')}\n`;
}

describe.skipIf(disk === null)('a full disk (skipped where a small disk cannot be mounted)', () => {
  it('refuses a bill with one clear sentence, keeps what was there, and goes on when there is room', async () => {
    const folder = disk ?? '';
    onTestFinished(() => void execFileSync('umount', ['-l', folder]));
    const { config } = loadConfig({ environment: {}, flags: { data: join(folder, 'data'), logLevel: 'silent' } });
    await using application = await createApplication(config);
    const total = async () =>
      (await call(application, costSummary, { query: { by: 'serviceName', metric: 'billedCost' } })).totals;
    await importFiles(application, 'aws', { 'a.csv': bill(10) });

    writeFileSync(join(folder, 'ballast'), Buffer.alloc(16 * 1024 * 1024));
    const problem = await catchProblem(importFiles(application, 'aws', { 'b.csv': bill(60_000) }));
    expect(problem).toMatchObject({ code: 'storage_full', status: 507 });
    expect(await total()).toEqual([{ currency: 'USD', amount: '10' }]);

    rmSync(join(folder, 'ballast'));
    await importFiles(application, 'aws', { 'c.csv': bill(20) });
    expect(await total()).toEqual([{ currency: 'USD', amount: '20' }]);
  });
});
