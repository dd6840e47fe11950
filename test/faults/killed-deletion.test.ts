import { existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { createDemoClient } from '../../examples/recommender/demo/client.ts';
import { deleteDelivery } from '../../src/finops/billing/deletion/schema.ts';
import { importBill, listDeliveries } from '../../src/finops/billing/schema.ts';
import { costSummary } from '../../src/finops/costs/schema.ts';
import { getVerification, startVerification } from '../../src/platform/integrity/schema.ts';
import { KillCampaign } from '../support/moment.ts';
import { startServerProcess } from '../support/server-process.ts';

const ROWS = 5_000;

async function importOne(url: string, folder: string, cost: number): Promise<string> {
  const header = 'BilledCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ResourceId';
  const lines = Array.from({ length: ROWS }, (_, index) => `${cost},USD,2026-10-01,2026-10-02,r-${index}`);
  const path = join(folder, `bill-${cost}.csv`);
  writeFileSync(path, `${[header, ...lines].join('\n')}\n`);
  const client = createDemoClient(url);
  const upload = await client.upload(path);
  const { delivery } = await client.call(importBill, {
    body: { source: 'aws', files: [{ upload, name: 'bill.csv' }] },
  });
  return delivery ?? '';
}

const remove = (url: string, delivery: string) =>
  createDemoClient(url).call(deleteDelivery, { body: { delivery, dryRun: false } });

async function costOfRows(url: string): Promise<number> {
  const { totals, rows } = await createDemoClient(url).call(costSummary, {
    query: { by: 'serviceName', metric: 'billedCost' },
  });
  const total = Number(totals[0]?.amount ?? 0);
  expect(rows.reduce((sum, row) => sum + Number(row.amount), 0)).toBe(total);
  return total / ROWS;
}

/** SHA-256 of the raw files that deliveries name, and of those on the disk. */
async function rawFiles(url: string, data: string): Promise<{ named: string[]; kept: string[] }> {
  const { deliveries } = await createDemoClient(url).call(listDeliveries);
  const named = deliveries.flatMap(({ files }) => files.map(({ sha256 }) => sha256));
  const folder = join(data, 'objects', 'bills');
  return { named: [...new Set(named)].toSorted(), kept: existsSync(folder) ? readdirSync(folder).toSorted() : [] };
}

async function findings(url: string): Promise<unknown[]> {
  const client = createDemoClient(url);
  const { verification } = await client.call(startVerification, { body: { repair: false } });
  for (;;) {
    const state = await client.call(getVerification, { params: { verification } });
    if (state.endedAt !== null) return state.findings;
  }
}

describe('a deletion of a delivery whose server is killed', () => {
  it('has happened or not, leaves no file behind, and is done when it is asked for again, whenever it was', async () => {
    const data = mkdtempSync(join(tmpdir(), 'killed-deletion-'));
    await using server = await startServerProcess(data);
    const older = await importOne(server.url, data, 1);
    const campaign = new KillCampaign('deletion', [1, 5, 15, 30, 60, 100, 'ended']);
    for (const [round, moment] of campaign.rounds()) {
      const cost = round + 2;
      const newer = await importOne(server.url, data, cost);
      await campaign.killAt(moment, remove(server.url, newer), server.kill);
      await server.startAgain();
      const now = await costOfRows(server.url);
      expect([1, cost]).toContain(now);
      if (now === cost) await remove(server.url, newer);
      expect(await costOfRows(server.url)).toBe(1);
      await vi.waitFor(
        async () => {
          const { named, kept } = await rawFiles(server.url, data);
          expect(kept).toEqual(named);
        },
        { timeout: 15_000, interval: 50 },
      );
      expect(await findings(server.url)).toEqual([]);
    }
    await remove(server.url, older);
    expect(await costOfRows(server.url)).toBe(0);
    expect(await findings(server.url)).toEqual([]);
  });
});
