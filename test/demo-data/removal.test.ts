import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { listDeliveries } from '../../src/finops/billing/schema.ts';
import { listBudgets } from '../../src/finops/budgets/schema.ts';
import { type Application, createApplication } from '../../src/main.ts';
import { loadConfig } from '../../src/platform/config/index.ts';
import { listenOn } from '../../src/platform/http/index.ts';
import { postApply } from '../../src/platform/manifests/schema.ts';
import { startExecution } from '../../src/platform/processes/index.ts';
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

  it('ends the steps of pipelines, and empties the folders of replicas, pipelines and journals', async () => {
    const first = await start();
    const { data } = first.config;
    const work = join(data, 'pipelines', 'work', 'step-1');
    mkdirSync(join(work, 'workspace'), { recursive: true });
    const command = ['sleep', '600'] as const;
    const running = startExecution({
      ...{ id: 'step-1', folder: join(work, 'execution'), cwd: join(work, 'workspace'), command, environment: {} },
      ...{ until: Date.now() + 600_000, graceMs: 0, output: 'file' },
    });
    mkdirSync(join(data, 'serving', 'models', 'ranker'), { recursive: true });
    writeFileSync(join(data, 'serving', 'models', 'ranker', 'model.onnx'), 'weights');
    await insertDemo(first.store, await readRows(first.store));
    await updateDemo(first.store, { state: 'removing', loadedAt: null, failure: null });
    await first[Symbol.asyncDispose]();
    await using application = await createApplication(first.config);
    // The command would have run for ten minutes.
    expect(await running.ended).toMatchObject({ stoppedBy: null });
    expect(readdirSync(join(data, 'pipelines'))).toEqual([]);
    expect(readdirSync(join(data, 'serving')).filter((name) => name === 'models')).toEqual([]);
    expect((await call(application, getDemoData, {})).state).toBe('none');
  });

  it('follows a load that a stop of the server interrupted; until then a load is refused', async () => {
    const first = await start();
    const before = await readRows(first.store);
    await insertDemo(first.store, before);
    await call(first, postApply, { body: { documents: [{ file: 'b.json', text: budget }] } });
    await first[Symbol.asyncDispose]();
    await using application = await createApplication(first.config);
    await listenOn(application.http, application.config);
    expect(await call(application, getDemoData, {})).toMatchObject({
      state: 'failed',
      failure: 'The server stopped during the load.',
      refusal: 'An earlier load ended early. Remove the loaded part before you load again.',
    });
    expect(await catchProblem(call(application, loadDemoData, { body: {} }))).toMatchObject({
      code: 'demo_data_refused',
    });
    expect(await call(application, removeDemoData, {})).toMatchObject({ state: 'removing' });
    await expect.poll(async () => (await call(application, getDemoData, {}).catch(() => null))?.state).toBe('none');
    expect((await call(application, listBudgets, {})).budgets).toEqual([]);
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

  it('is one load, also where another request has begun it', async () => {
    await using application = await start();
    await listenOn(application.http, application.config);
    await insertDemo(application.store, {});
    expect(await catchProblem(call(application, loadDemoData, { body: {} }))).toMatchObject({
      code: 'demo_data_refused',
      detail: 'The demo data are being loaded.',
    });
  });
});
