import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deleteDelivery, deleteSource, listDeletions } from '../../src/finops/billing/deletion/schema.ts';
import { diffDeliveries } from '../../src/finops/billing/diff/schema.ts';
import {
  importBill,
  listDeliveries,
  listRestatements,
  preferDelivery,
  revertDelivery,
} from '../../src/finops/billing/schema.ts';
import { costSummary } from '../../src/finops/costs/schema.ts';
import { type Application, createApplication } from '../../src/main.ts';
import { loadConfig } from '../../src/platform/config/index.ts';
import { previewTables } from '../../src/platform/retention/schema.ts';
import { Upload } from '../../src/platform/uploads/schema.ts';
import { call } from '../../src/testing/application.ts';
import { type Databases, findPostgres, runDatabases } from '../support/postgres.ts';

const bin = findPostgres();

function bill(...costs: string[]): string {
  const header = 'BilledCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,SubAccountId,ServiceName,ResourceId';
  const rows = costs.map((cost, index) => `${cost},USD,2026-10-01,2026-10-0${index + 1},123456789012,EC2,i-1`);
  return `${[header, ...rows].join('\n')}\n`;
}

describe.skipIf(bin === null)('bills on PostgreSQL (skipped where initdb and postgres are not installed)', () => {
  let server: Databases;
  let application: Application;
  beforeAll(async () => {
    server = await runDatabases();
    const flags = { data: mkdtempSync(join(tmpdir(), 'bill-pg-')), database: await server.newDatabase(), port: 0 };
    const { config } = loadConfig({ environment: {}, flags: { ...flags, logLevel: 'silent' } });
    application = await createApplication(config, { clock: { now: () => Date.parse('2026-12-24T00:00:00Z') } });
  });
  afterAll(async () => {
    await application?.[Symbol.asyncDispose]();
  });

  async function deliver(exportName: string, content: string): Promise<string> {
    const answer = await application.http.inject({
      method: 'POST',
      url: '/api/v1/uploads?name=a.csv',
      headers: { host: 'localhost', 'content-type': 'application/octet-stream' },
      payload: content,
    });
    const { upload } = Upload.parse(answer.json());
    const body = { source: 'aws', export: exportName, files: [{ upload, name: 'a.csv' }] };
    return (await call(application, importBill, { body })).delivery ?? '';
  }

  const total = async () =>
    (await call(application, costSummary, { query: { by: 'serviceName', metric: 'billedCost' } })).totals[0]?.amount;

  it('are delivered, restated, compared, reverted, and counted once', async () => {
    const first = await deliver('daily', bill('1', '2'));
    const second = await deliver('daily', bill('1', '4', '8'));
    expect(await total()).toBe('13');
    const { counts } = await call(application, diffDeliveries, { query: { a: first, b: second } });
    expect(counts).toMatchObject({ unchanged: 1, added: 1 + counts.removed, changedRows: 1 - counts.removed });
    await call(application, revertDelivery, { body: { delivery: second } });
    expect(await total()).toBe('3');
    const other = await deliver('monthly', bill('1', '102'));
    expect(await total()).toBe('3');
    await call(application, preferDelivery, { body: { delivery: other } });
    expect(await total()).toBe('103');
    const { deliveries } = await call(application, listDeliveries, { query: { pageSize: 2 } });
    expect(deliveries.map(({ standing }) => standing)).toEqual(['shadowed', 'replaced']);
    const { restatements } = await call(application, listRestatements);
    expect(restatements.map(({ act }) => act)).toEqual(['prefer', 'revert', 'import']);
    await call(application, deleteDelivery, { body: { delivery: other, dryRun: false } });
    expect(await total()).toBe('3');
    const gone = await call(application, deleteSource, { body: { source: 'aws', dryRun: false } });
    expect(gone).toMatchObject({ rows: 5, rawFiles: 2, finished: true });
    expect(await total()).toBe(undefined);
    const { deletions } = await call(application, listDeletions);
    expect(deletions.map(({ cause, rows }) => [cause, rows])).toEqual(
      expect.arrayContaining([
        ['delivery', 2],
        ['source', 2],
        ['source', 3],
      ]),
    );
    const { tables } = await call(application, previewTables);
    expect(tables.map(({ rows }) => rows)).toEqual([0, 0, 0, 0, 0, 0]);
  });
});
