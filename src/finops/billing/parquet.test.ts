import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Application } from '../../main.ts';
import { call, catchProblem, importFiles } from '../../testing/application.ts';
import { quietApplication } from '../../testing/shared.ts';
import { costRows, costSummary } from '../costs/schema.ts';

let application: Application;
beforeEach(async () => {
  application = await quietApplication();
  onTestFinished(() => application[Symbol.asyncDispose]());
});

/** A Parquet file as a cloud writes it: typed columns, not text. */
async function parquet(select: string): Promise<Buffer> {
  const path = join(mkdtempSync(join(tmpdir(), 'parquet-')), 'bill.parquet');
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(`COPY (${select}) TO '${path}' (FORMAT parquet)`);
  connection.closeSync();
  return readFileSync(path);
}

const COLUMNS = `TIMESTAMP '2026-10-01' AS BillingPeriodStart, TIMESTAMP '2026-11-01' AS BillingPeriodEnd,
  TIMESTAMPTZ '2026-10-03 00:30:00+02' AS ChargePeriodStart, 'USD' AS BillingCurrency, 'Microsoft' AS ServiceProviderName`;

describe('a bill in Parquet', () => {
  it('is read exactly, from decimals and from doubles, with maps of tags and instants of any zone', async () => {
    const content = await parquet(`
      SELECT 0.12345678901234567890::DECIMAL(38,20) AS BilledCost, 0.1::DOUBLE AS EffectiveCost,
        MAP {'team': 'search', 'Cost Center': '12'} AS Tags, {'CoreCount': 8} AS SkuPriceDetails, ${COLUMNS}
      UNION ALL SELECT 1, 1e-7, NULL, NULL, ${COLUMNS}`);
    expect(await importFiles(application, 'azure', { 'bill.parquet': content })).toMatchObject({
      accepted: 2,
      rejected: [],
    });
    const billed = await call(application, costSummary, { query: { by: 'tag:team,day', metric: 'billedCost' } });
    expect(billed.rows).toEqual([
      { 'tag:team': null, day: '2026-10-02', amount: '1', currency: 'USD' },
      { 'tag:team': 'search', day: '2026-10-02', amount: '0.1234567890123456789', currency: 'USD' },
    ]);
    const effective = await call(application, costSummary, { query: { by: 'month', metric: 'effectiveCost' } });
    expect(effective.totals).toEqual([{ currency: 'USD', amount: '0.1000001' }]);
    const { rows } = await call(application, costRows, { query: { filter: ['tag:cost center=12'] } });
    expect(rows[0]).toMatchObject({ skuPriceDetails: '{"CoreCount":8}' });
  });

  it('with a bad value is refused by column, without a line because Parquet has none', async () => {
    const content = await parquet(`SELECT 'twelve' AS BilledCost, ${COLUMNS}`);
    const problem = await catchProblem(importFiles(application, 'azure', { 'bill.parquet': content }));
    expect(problem.rejected).toEqual([
      { file: 'bill.parquet', line: null, column: 'BilledCost', reason: expect.any(String) },
    ]);
  });

  it('of another content is refused by the column that it lacks', async () => {
    const content = await parquet(`SELECT 1 AS x`);
    expect(await catchProblem(importFiles(application, 'azure', { 'bill.parquet': content }))).toMatchObject({
      code: 'bill_column_missing',
    });
  });

  it('and one in CSV are one delivery when they come together', async () => {
    const content = await parquet(`SELECT 5 AS BilledCost, ${COLUMNS}`);
    const csv = 'BilledCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart\n2,USD,2026-10-01,2026-10-02\n';
    await importFiles(application, 'azure', { 'a.parquet': content, 'b.csv': csv });
    const { totals } = await call(application, costSummary, { query: { by: 'file', metric: 'billedCost' } });
    expect(totals).toEqual([{ currency: 'USD', amount: '7' }]);
  });
});
