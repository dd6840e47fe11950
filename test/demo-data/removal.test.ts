import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { listDeliveries } from '../../src/finops/billing/schema.ts';
import { type Application, createApplication } from '../../src/main.ts';
import { loadConfig } from '../../src/platform/config/index.ts';
import { listenOn } from '../../src/platform/http/index.ts';
import { postApply } from '../../src/platform/manifests/schema.ts';
import { billText, call, catchProblem, dailyRows, importFiles, postponeJobs } from '../../src/testing/application.ts';
import { getDemoData, loadDemoData, removeDemoData } from '../../src/tradeoff/demo-data/schema.ts';
import { insertDemo, updateDemo } from '../../src/tradeoff/demo-data/store.ts';
import { readRows } from '../../src/tradeoff/demo-data/tables.ts';
import { onEachStore } from '../support/stores.ts';

onEachStore(({ newDatabase }) => {
  async function start(): Promise<Application> {
    const flags = { data: mkdtempSync(join(tmpdir(), 'demo-removal-')), database: await newDatabase(), port: 0 };
    const { config } = loadConfig({ environment: {}, flags: { ...flags, logLevel: 'silent' } });
    const application = await createApplication(config);
    await postponeJobs(application, 'forecasts.make', 'anomalies.judge');
    return application;
  }

  const bill = () => billText(...dailyRows(10, { cost: '1', account: 'a', service: 'S' }));
  const budget = JSON.stringify({
    ...{ apiVersion: 'steelyard/v1', kind: 'Budget', metadata: { name: 'all' } },
    spec: { subject: {}, amount: '10', currency: 'USD' },
  });

  it('goes back to the rows before the load when the server starts again', async () => {
    const first = await start();
    const { config } = first;
    const before = await readRows(first.store);
    // As a load begins and ends; its data come through the same endpoints.
    expect((await importFiles(first, 'aws', { 'a.csv': bill() })).accepted).toBeGreaterThan(0);
    await call(first, postApply, { body: { documents: [{ file: 'b.json', text: budget }] } });
    await insertDemo(first.store, before);
    await updateDemo(first.store, { state: 'removing', loadedAt: null, failure: null });
    await first[Symbol.asyncDispose]();
    await using application = await createApplication(config);
    expect((await call(application, getDemoData, {})).state).toBe('none');
    expect((await call(application, listDeliveries, { query: {} })).deliveries).toEqual([]);
    const { job_schedule: _now, ...rows } = await readRows(application.store);
    const { job_schedule: _then, ...expected } = before;
    expect(rows).toEqual(expected);
    expect((await importFiles(application, 'aws', { 'a.csv': bill() })).unchanged).toBe(false);
  });

  it('is refused without demo data, and a load on a server that has data, with what it has', async () => {
    await using application = await start();
    expect(await catchProblem(call(application, removeDemoData, {}))).toMatchObject({ code: 'demo_data_not_found' });
    await listenOn(application.http, application.config);
    await call(application, postApply, { body: { documents: [{ file: 'b.json', text: budget }] } });
    expect(await catchProblem(call(application, loadDemoData, { body: {} }))).toMatchObject({
      code: 'demo_data_refused',
      detail: expect.stringContaining('This server has data: 1 budget.'),
    });
    expect((await call(application, getDemoData, {})).state).toBe('none');
  });
});
