import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { costSummary } from '../../src/finops/costs/schema.ts';
import type { Application } from '../../src/main.ts';
import { startLakeMove } from '../../src/platform/lake-moves/schema.ts';
import { postApply } from '../../src/platform/manifests/schema.ts';
import { openTrino, type TrinoClient } from '../../src/platform/trino/index.ts';
import {
  billText,
  call,
  catchProblem,
  dailyRows,
  importFiles,
  testApplication,
} from '../../src/testing/application.ts';
import { findPostgres, runDatabases } from '../support/postgres.ts';
import { findTrino, startTrino, type TrinoServer } from '../support/trino.ts';
import { findWeed, startWeed, type WeedServer } from '../support/weed.ts';

const there = (findTrino() !== null && findWeed() !== null && findPostgres() !== null) || process.env.CI !== undefined;
const clock = { now: () => Date.parse('2026-11-28T12:00:00Z') };
const RULES = `apiVersion: steelyard/v1
kind: AllocationRules
metadata: {name: company}
spec:
  rules:
    - {name: ranker, match: {serviceName: SageMaker}, subject: {team: search, model: ranker}}
    - {name: shared, match: {serviceName: EC2}, split: {method: proportional, by: cost}}
`;
const URLS = [
  '/api/v1/costs/summary?by=serviceName&from=2026-08&to=2026-11',
  '/api/v1/costs/summary?by=team,day&from=2026-10-02&to=2026-10-20',
  '/api/v1/costs/summary?by=tag:env&from=2026-08&to=2026-11',
  '/api/v1/costs/rows?from=2026-09&to=2026-10',
  '/api/v1/costs/rows.csv?from=2026-09&to=2026-10',
  '/api/v1/costs/explain?from=2026-09&to=2026-10&by=serviceName',
  '/api/v1/costs/dimensions',
  '/api/v1/allocation/coverage?period=2026-10',
];
/** The statement of docs/lake.md. */
const COST_PER_MODEL_AND_DAY = `SELECT model, charge_day, billingcurrency, sum(effectivecost) AS effective_cost
  FROM steelyard.allocated_daily
  GROUP BY model, charge_day, billingcurrency
  ORDER BY charge_day, model`;

describe.skipIf(!there)(
  'a server with Trino (skipped without TEST_TRINO, TEST_TRINO_JAVA, TEST_WEED and PostgreSQL)',
  () => {
    let server: TrinoServer;
    let weed: WeedServer;
    let trino: TrinoClient;
    let onTrino: Application;
    let onDuckDb: Application;
    beforeAll(async () => {
      [server, weed] = await Promise.all([startTrino(), startWeed()]);
      const database = await (await runDatabases()).newDatabase();
      const lake = await newLake();
      const keys = { accessKeyId: weed.accessKeyId, secretAccessKey: weed.secretAccessKey };
      const { name } = await server.newCatalog({ database, lake, ...keys });
      const settings = { database, lake, lakeEngine: 'trino', lakeTrinoUrl: server.url, lakeTrinoCatalog: name };
      onTrino = await testApplication({ clock }, settings);
      onDuckDb = await testApplication({ clock });
      trino = await openTrino({ url: server.url, user: 'outside', catalog: name });
    });
    afterAll(async () => {
      for (const part of [onTrino, onDuckDb, server, weed]) await part?.[Symbol.asyncDispose]();
    });

    async function newLake(): Promise<string> {
      const keys = mkdtempSync(join(tmpdir(), 'keys-'));
      writeFileSync(join(keys, 'id'), weed.accessKeyId);
      writeFileSync(join(keys, 'secret'), weed.secretAccessKey);
      const references = `accessKeyId=file:${keys}/id&secretAccessKey=file:${keys}/secret`;
      return `s3://${await weed.newBucket()}/lake?region=us-east-1&endpoint=${weed.endpoint}&${references}`;
    }

    async function both(change: (application: Application) => Promise<unknown>): Promise<void> {
      for (const application of [onTrino, onDuckDb]) await change(application);
    }

    const read = async (application: Application, url: string) => {
      const { statusCode, body } = await application.http.inject({ url, headers: { host: 'localhost' } });
      // Ids of deliveries are random.
      return {
        statusCode,
        body: body.replaceAll(/\b[a-z]+_[0-9a-f]{32}\b/g, 'ID').replaceAll(/"requestId":"[^"]*"/g, ''),
      };
    };

    async function readRows(sql: string): Promise<readonly (readonly unknown[])[]> {
      const rows: (readonly unknown[])[] = [];
      for await (const page of trino.query(sql)) rows.push(...page.rows);
      return rows;
    }

    /** Totals by service as the product states them, and as an outside reader sums them. */
    async function expectSameTotals(): Promise<void> {
      const query = { by: 'serviceName', from: '2026-01', to: '2026-12' };
      const { rows } = await call(onTrino, costSummary, { query });
      const stated = rows.map(({ serviceName, amount }) => [serviceName, amount]).toSorted();
      const summed = await readRows(
        `SELECT servicename, CAST(sum(effectivecost) AS varchar) FROM steelyard.bill_row GROUP BY servicename`,
      );
      const plain = (text: unknown) => String(text).replace(/\.?0+$/, '');
      expect(summed.map(([service, sum]) => [service, plain(sum)]).toSorted()).toEqual(stated);
      const daily = await readRows(COST_PER_MODEL_AND_DAY);
      const ofModel = daily.filter(([model]) => model === 'ranker').map(([, day, , sum]) => [day, plain(sum)]);
      const { rows: ofModels } = await call(onTrino, costSummary, { query: { ...query, by: 'model,day' } });
      const wanted = ofModels.filter(({ model }) => model === 'ranker').map(({ day, amount }) => [day, amount]);
      expect(ofModel).toEqual(wanted.toSorted());
    }

    it('gives the answers of DuckDB, and outside readers its totals, after each change', async () => {
      const months = ['2026-08', '2026-09', '2026-10'];
      for (const period of months) {
        const rows = [
          ...dailyRows(20, { cost: '10', period, service: 'SageMaker', account: 'a' }),
          ...dailyRows(12, { cost: '-3', period, service: 'EC2', resource: 'i-1' }),
        ];
        await both((application) => importFiles(application, `aws-${period}`, { 'bill.csv': billText(...rows) }));
        await expectSameTotals();
      }
      await both((application) =>
        call(application, postApply, { body: { documents: [{ file: 'rules.yaml', text: RULES }] } }),
      );
      await expectSameTotals();
      const again = billText(...dailyRows(3, { cost: '7', period: '2026-09', service: 'SageMaker' }));
      await both((application) => importFiles(application, 'aws-2026-09', { 'bill.csv': again }));
      await expectSameTotals();
      for (const url of URLS) expect([url, await read(onTrino, url)]).toEqual([url, await read(onDuckDb, url)]);
    });

    it('has run its statements on Trino', async () => {
      const [[count] = []] = await readRows(
        `SELECT count(*) FROM system.runtime.queries WHERE source = 'steelyard' AND state = 'FINISHED' AND query LIKE '%steelyard_files%'`,
      );
      expect(Number(count)).toBeGreaterThan(5);
    });

    it('does not move the lake that Trino reads', async () => {
      const refused = await catchProblem(call(onTrino, startLakeMove, { body: { to: 'folder' } }));
      expect(refused).toMatchObject({ code: 'lake_engine_reads_place' });
    });
  },
);
