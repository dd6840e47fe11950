import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createDemoClient, type DemoClient } from '../../examples/recommender/demo/client.ts';
import { listDeliveries } from '../../src/finops/billing/schema.ts';
import { costSummary } from '../../src/finops/costs/schema.ts';
import { getSync, type Sync, startSyncs } from '../../src/finops/sources/schema.ts';
import { postApply } from '../../src/platform/manifests/schema.ts';
import { atMoment, type Moment, someOf } from '../support/moment.ts';
import { startServerProcess } from '../support/server-process.ts';

const ROWS_A_FILE = 8_000;
const FILES = 5;

/** A FOCUS export of one month in several files, as AWS delivers it in create-new mode; each row costs `cost`. */
function deliver(bucket: string, execution: string, cost: number): void {
  const header = 'BilledCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ResourceId,SubAccountId';
  const keys = Array.from({ length: FILES }, (_, part) => {
    const lines = Array.from(
      { length: ROWS_A_FILE },
      (_, row) => `${cost},USD,2026-10-01,2026-10-02,r-${part}-${row},a-${row % 7}`,
    );
    const key = `exports/daily/data/BILLING_PERIOD=2026-10/${execution}/daily-0000${part + 1}.csv.gz`;
    put(bucket, key, gzipSync(`${[header, ...lines].join('\n')}\n`));
    return key;
  });
  const manifest = { executionId: execution, dataFiles: keys.map((key) => `s3://bills/${key}`) };
  put(bucket, 'exports/daily/metadata/BILLING_PERIOD=2026-10/daily-Manifest.json', JSON.stringify(manifest));
}

function put(bucket: string, key: string, content: string | Buffer): void {
  const path = join(bucket, key);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

async function startSync(client: DemoClient): Promise<string> {
  const { syncs } = await client.call(startSyncs, { body: { source: 'aws' } });
  return syncs[0]?.sync ?? '';
}

async function ended(client: DemoClient, sync: string): Promise<Sync> {
  for (;;) {
    const state = await client.call(getSync, { params: { sync } });
    if (state.endedAt !== null) return state;
    await pause(50); // the server under test is another process: asking it is all there is
  }
}

async function total(client: DemoClient): Promise<number> {
  return Number(
    (await client.call(costSummary, { query: { by: 'subAccountId', metric: 'billedCost' } })).totals[0]?.amount,
  );
}

describe('a server that is killed while it syncs a source', () => {
  it('shows the old bill or the new one, goes on after its restart, and ends with the new one, whenever it happened', async () => {
    const [data, bucket] = [mkdtempSync(join(tmpdir(), 'killed-sync-')), mkdtempSync(join(tmpdir(), 'bills-'))];
    const text = `apiVersion: steelyard/v1\nkind: BillSource\nmetadata: { name: aws }\nspec: { location: { type: folder, path: ${bucket} }, schedule: null }\n`;
    await using server = await startServerProcess(data);
    const seen = new Set<'old' | 'new'>();
    for (const [round, moment] of someOf<Moment>([0, 20, 45, 70, 100, 150, 220, 320, 450, 'ended']).entries()) {
      const [oldCost, newCost] = [2 * round + 1, 2 * round + 2];
      const first = createDemoClient(server.url);
      await first.call(postApply, { body: { documents: [{ file: 'source.yaml', text }] } });
      deliver(bucket, `run-${oldCost}`, oldCost);
      await ended(first, await startSync(first));
      deliver(bucket, `run-${newCost}`, newCost);
      const sync = await startSync(first);
      await atMoment(moment, ended(first, sync));
      await server.kill();
      await server.startAgain();

      const client = createDemoClient(server.url);
      const [old, fresh] = [oldCost * ROWS_A_FILE * FILES, newCost * ROWS_A_FILE * FILES];
      const after = await total(client);
      expect([old, fresh]).toContain(after);
      seen.add(after === old ? 'old' : 'new');

      const resumed = await ended(client, sync);
      expect(resumed).toMatchObject({ state: 'done', error: null });
      expect(resumed.deliveries).toMatchObject([{ export: 'daily', period: '2026-10', rows: ROWS_A_FILE * FILES }]);
      expect(['imported', 'unchanged']).toContain(resumed.deliveries[0]?.outcome);
      expect(await total(client)).toBe(fresh);
      const next = await ended(client, await startSync(client));
      expect(next.deliveries).toMatchObject([{ outcome: 'unchanged' }]);
      expect(await total(client)).toBe(fresh);
      const { deliveries } = await client.call(listDeliveries, { query: { source: 'aws' } });
      expect(deliveries.filter(({ current }) => current)).toHaveLength(1);
      const uploads = join(data, 'objects', 'uploads');
      expect(readdirSync(uploads)).toEqual([]);
    }
    expect(seen).toEqual(new Set(['old', 'new']));
  });
});
