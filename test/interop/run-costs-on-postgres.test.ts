import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { importBill } from '../../src/finops/billing/schema.ts';
import { recordUsage } from '../../src/finops/metering/schema.ts';
import { billCsv } from '../../src/finops/testing/allocation.ts';
import { type Application, createApplication } from '../../src/main.ts';
import { groupRuns } from '../../src/mlops/run-views/run-table/schema.ts';
import { getRun, listRuns } from '../../src/mlops/runs/schema.ts';
import { newRun, post } from '../../src/mlops/wire/testing.ts';
import { loadConfig } from '../../src/platform/config/index.ts';
import { postApply } from '../../src/platform/manifests/schema.ts';
import { Upload } from '../../src/platform/uploads/schema.ts';
import { call } from '../../src/testing/application.ts';
import { getLineage } from '../../src/tradeoff/lineage/schema.ts';
import { listOpenLineageEvents } from '../../src/tradeoff/openlineage/schema.ts';
import { getRunCostTotals } from '../../src/tradeoff/run-costs/schema.ts';
import { type Databases, findPostgres, runDatabases } from '../support/postgres.ts';

const bin = findPostgres();
const at = Date.parse('2026-10-02T00:00:00Z');
const PRICES = `apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: own}
spec: {currency: USD, source: contract, prices: [{resource: 'gpu:H100', perHour: '6', effectiveFrom: 2026-01-01}]}
`;

describe.skipIf(bin === null)('run costs on PostgreSQL (skipped where initdb and postgres are not installed)', () => {
  let server: Databases;
  let application: Application;
  const runs: string[] = [];

  beforeAll(async () => {
    server = await runDatabases();
    const flags = { data: mkdtempSync(join(tmpdir(), 'costs-pg-')), database: await server.newDatabase(), port: 0 };
    const { config } = loadConfig({ environment: {}, flags: { ...flags, logLevel: 'silent' } });
    application = await createApplication(config, { clock: { now: () => Date.parse('2026-11-15T00:00:00Z') } });
    await call(application, postApply, { body: { documents: [{ file: 'prices.yaml', text: PRICES }] } });
    for (const [index, run_name] of ['cheap', 'dear', 'unknown'].entries()) {
      runs.push(await newRun(application, { run_name, start_time: at + index }));
    }
  });
  afterAll(async () => {
    await application?.[Symbol.asyncDispose]();
  });

  const costOf = async (runId = '') => (await call(application, getRun, { params: { runId } })).cost;
  const eventually = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 30_000, interval: 50 });

  it('are metered, searched and ordered by', async () => {
    const [cheap = '', dear = ''] = runs;
    const intervals = [cheap, dear].map((run, index) => ({
      ...{ usage: `u${index}`, subject: { run }, resource: 'gpu:H100', quantity: '1', origin: 'test' },
      ...{ resourceId: 'i-1', period: { start: '2026-10-02T00:00:00Z', end: `2026-10-02T0${1 + 3 * index}:00:00Z` } },
    }));
    await call(application, recordUsage, { body: { intervals } });
    await eventually(async () => expect((await costOf(dear)).total.cost?.amount).toBe('24'));
    const found = async (filter: string) =>
      (await call(application, listRuns, { query: { filter } })).runs.map(({ runName }) => runName);
    expect(await found('cost.metered > 6')).toEqual(['dear']);
    expect(await found('cost.gpu_hours >= 1')).toEqual(['dear', 'cheap']);
    expect(await found("cost.currency = 'USD' and cost.total < 7.5")).toEqual(['cheap']);
    expect(await found('cost.reconciled > 0')).toEqual([]);
    const ordered = async (order: string) => {
      const answer = await post(application, 'runs/search', { experiment_ids: ['0'], order_by: [order] });
      return (answer.runs as { info: { run_name: string } }[]).map(({ info }) => info.run_name);
    };
    expect(await ordered('cost.total DESC')).toEqual(['dear', 'cheap', 'unknown']);
    expect(await ordered('cost.total ASC')).toEqual(['cheap', 'dear', 'unknown']);
    expect(await ordered('cost.currency ASC')).toEqual(['dear', 'cheap', 'unknown']);
  });

  it('are grouped with what each group cost, and those that have no value together', async () => {
    const [cheap = '', dear = '', unknown = ''] = runs;
    for (const [index, run_id] of [cheap, dear, unknown].entries()) {
      const metrics = [{ key: 'f1', value: 0.25 * (index + 1), timestamp: at, step: 0 }];
      const params = run_id === unknown ? [] : [{ key: 'gpu', value: 'H100' }];
      await post(application, 'runs/log-batch', { run_id, metrics, params });
    }
    const { groups } = await call(application, groupRuns, { query: { by: 'params.gpu', metric: 'f1' } });
    const priced = { costs: [{ amount: '30', currency: 'USD' }], runs: 2, runsWithoutCost: 0 };
    expect(groups).toEqual([
      { value: 'H100', runs: 2, cost: priced, metric: { runs: 2, least: 0.25, greatest: 0.5, mean: 0.375 } },
      {
        ...{ value: null, runs: 1, cost: { costs: [], runs: 1, runsWithoutCost: 1 } },
        metric: { runs: 1, least: 0.75, greatest: 0.75, mean: 0.75 },
      },
    ]);
  });

  it('log power, and have energy when they end', async () => {
    const run_id = await newRun(application, { start_time: at });
    const metrics = Array.from({ length: 61 }, (_, step) => ({
      ...{ key: 'system/gpu_0_power_usage_watts', value: 500, step, timestamp: at + step * 60_000 },
    }));
    await post(application, 'runs/log-batch', { run_id, metrics });
    await eventually(async () => expect((await costOf(run_id)).asOf).not.toBeNull());
    await post(application, 'runs/update', { run_id, status: 'FINISHED' });
    await eventually(async () => expect((await costOf(run_id)).energy).toEqual({ kilowattHours: 0.5, reason: null }));
  });

  it('are reconciled when the bill comes, add up, and lead back to its lines', async () => {
    const [, dear = ''] = runs;
    const answer = await application.http.inject({
      method: 'POST',
      url: '/api/v1/uploads?name=a.csv',
      headers: { host: 'localhost', 'content-type': 'application/octet-stream' },
      payload: billCsv([{ cost: '1920', resource: 'i-1', category: 'Compute', details: '{"GpuCount": 8}' }]),
    });
    const { upload } = Upload.parse(answer.json());
    await call(application, importBill, { body: { source: 'aws', files: [{ upload, name: 'a.csv' }] } });
    const total = { cost: { amount: '40', currency: 'USD' }, basis: 'reconciled', reason: null };
    await eventually(async () => expect((await costOf(dear)).total).toEqual(total));
    const { billed } = await call(application, getRunCostTotals, { query: { period: '2026-10' } });
    expect(billed).toEqual([
      { currency: 'USD', billed: '1920', toRuns: '50', toOthers: '0', idle: '1870', untracked: '0' },
    ]);
    const { nodes } = await call(application, getLineage, { query: { node: `run:${dear}`, direction: 'upstream' } });
    expect(nodes.map(({ kind }) => kind)).toEqual(['run', 'resource', 'bill_line']);
    const { nodes: down } = await call(application, getLineage, {
      query: { node: nodes.at(-1)?.id ?? '', direction: 'downstream' },
    });
    expect(down.map(({ kind }) => kind)).toEqual(['bill_line', 'resource', 'run', 'run']);
    await eventually(async () => {
      const { events } = await call(application, listOpenLineageEvents, {});
      const said = events.map(({ event }) => event.eventType);
      expect(said.filter((type) => type !== 'OTHER')).toEqual([...Array(4).fill('START'), 'COMPLETE']);
      expect(said.at(-1)).toBe('OTHER');
    });
  });
});
