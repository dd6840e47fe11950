import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createDemoClient } from '../../examples/recommender/demo/client.ts';
import { importBill, listDeliveries } from '../../src/finops/billing/schema.ts';
import { costSummary } from '../../src/finops/costs/schema.ts';
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

async function importOne(url: string, path: string): Promise<void> {
  const client = createDemoClient(url);
  const upload = await client.upload(path);
  await client.call(importBill, { body: { source: 'aws', files: [{ upload, name: 'bill.csv' }] } });
}

describe('a server that is killed while a bill comes in', () => {
  it('shows the old bill or the new one afterwards, never a mixture, at whatever moment it happened', async () => {
    const data = mkdtempSync(join(tmpdir(), 'killed-import-'));
    const outcomes = new Set<'old' | 'new'>();
    for (const [round, delayMs] of [5, 40, 80, 120, 160, 200, 260, 340, 450, 2500].entries()) {
      const [oldCost, newCost] = [2 * round + 1, 2 * round + 2];
      const server = await startServerProcess(data);
      await importOne(server.url, bill(data, oldCost));
      const importing = importOne(server.url, bill(data, newCost)).catch(() => undefined);
      await pause(delayMs); // the moment of the crash is what is varied here
      await server.kill();
      await importing;

      await using again = await startServerProcess(data);
      const client = createDemoClient(again.url);
      const { totals, rows } = await client.call(costSummary, { query: { by: 'team,tag:team' } });
      const total = Number(totals[0]?.amount);
      expect([oldCost * ROWS, newCost * ROWS]).toContain(total);
      expect(rows.reduce((sum, row) => sum + Number(row.amount), 0)).toBe(total);
      const { deliveries } = await client.call(listDeliveries);
      expect(deliveries.filter(({ current }) => current)).toHaveLength(1);
      outcomes.add(total === oldCost * ROWS ? 'old' : 'new');
    }
    expect(outcomes).toEqual(new Set(['old', 'new']));
  });
});
