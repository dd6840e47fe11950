import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createDemoClient } from '../../examples/recommender/demo/client.ts';
import { getRawRow } from '../../src/finops/billing/raw/schema.ts';
import { importBill, listDeliveries, revertDelivery } from '../../src/finops/billing/schema.ts';
import { costSummary } from '../../src/finops/costs/schema.ts';
import { atMoment, KillCampaign, type Moment, someOf } from '../support/moment.ts';
import { startServerProcess } from '../support/server-process.ts';

const ROWS = 40_000;

function bill(folder: string, cost: number): string {
  const header = 'BilledCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ResourceId,Tags';
  const lines = Array.from(
    { length: ROWS },
    (_, index) => `${cost},USD,2026-10-01,2026-10-02,r-${index},"{""team"": ""t${index % 7}""}"`,
  );
  const path = join(folder, `bill-${cost}.csv`);
  writeFileSync(path, `${[header, ...lines].join('\n')}\n`);
  return path;
}

async function importOne(url: string, path: string): Promise<string> {
  const client = createDemoClient(url);
  const upload = await client.upload(path);
  const { delivery } = await client.call(importBill, {
    body: { source: 'aws', files: [{ upload, name: 'bill.csv' }] },
  });
  return delivery ?? '';
}

/** The cost of all rows, which must be equal in every total: the bill and the data derived from it are of one state. */
async function costOfRows(url: string): Promise<number> {
  const client = createDemoClient(url);
  const { totals, rows } = await client.call(costSummary, { query: { by: 'team,tag:team', metric: 'billedCost' } });
  const total = Number(totals[0]?.amount);
  expect(rows.reduce((sum, row) => sum + Number(row.amount), 0)).toBe(total);
  const { deliveries } = await client.call(listDeliveries);
  const current = deliveries.filter((entry) => entry.current);
  expect(current).toHaveLength(1);
  const billed = current[0]?.totals.find(({ metric }) => metric === 'billedCost');
  expect(Number(billed?.amount)).toBe(total);
  const query = { delivery: current[0]?.delivery ?? '', file: 'bill.csv', row: ROWS };
  const { fields } = await client.call(getRawRow, { query });
  expect(Number(fields[0]?.value) * ROWS).toBe(total);
  return total / ROWS;
}

describe('a server that is killed', () => {
  it('while a bill comes in shows the old one or the new one afterwards, never a mixture, whenever it was', async () => {
    const data = mkdtempSync(join(tmpdir(), 'killed-import-'));
    await using server = await startServerProcess(data);
    const outcomes = new Set<'old' | 'new'>();
    const campaign = new KillCampaign('import', [5, 40, 80, 120, 160, 200, 260, 340, 450, 'ended']);
    for (const [round, moment] of campaign.rounds()) {
      const [oldCost, newCost] = [2 * round + 1, 2 * round + 2];
      await importOne(server.url, bill(data, oldCost));
      await campaign.killAt(moment, importOne(server.url, bill(data, newCost)), server.kill);
      await server.startAgain();

      const cost = await costOfRows(server.url);
      expect([oldCost, newCost]).toContain(cost);
      outcomes.add(cost === oldCost ? 'old' : 'new');
    }
    expect(outcomes).toEqual(new Set(['old', 'new']));
  });

  it('while it goes back to an older bill shows one of the two, and can go back again', async () => {
    const data = mkdtempSync(join(tmpdir(), 'killed-revert-'));
    await using server = await startServerProcess(data);
    const older = await importOne(server.url, bill(data, 1));
    const newer = await importOne(server.url, bill(data, 2));
    const outcomes = new Set<number>();
    for (const moment of someOf<Moment>([1, 15, 30, 60, 100, 160, 'ended'])) {
      const reverting = revertTo(server.url, older).catch(() => undefined);
      await atMoment(moment, reverting);
      await server.kill();
      await reverting;
      await server.startAgain();

      const cost = await costOfRows(server.url);
      expect([1, 2]).toContain(cost);
      outcomes.add(cost);
      if (cost === 1) await revertTo(server.url, newer);
      expect(await costOfRows(server.url)).toBe(2);
    }
    expect(outcomes).toContain(1);
  });
});

async function revertTo(url: string, delivery: string): Promise<void> {
  await createDemoClient(url).call(revertDelivery, { body: { delivery } });
}
