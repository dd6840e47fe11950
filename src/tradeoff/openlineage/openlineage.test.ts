import { mkdtempSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { recordUsage } from '../../finops/metering/schema.ts';
import { type Application, createApplication } from '../../main.ts';
import { newRun, post, textAt } from '../../mlops/wire/testing.ts';
import { loadConfig } from '../../platform/config/index.ts';
import { postApply } from '../../platform/manifests/schema.ts';
import { call } from '../../testing/application.ts';
import { toRunUuid } from './document.ts';
import { listOpenLineageEvents, OpenLineageEvent } from './schema.ts';

const at = Date.parse('2026-10-02T00:00:00Z');

async function open(data: string, openLineageUrl?: string): Promise<Application> {
  const flags = { data, logLevel: 'silent', port: 0, ...(openLineageUrl === undefined ? {} : { openLineageUrl }) };
  const { config } = loadConfig({ environment: {}, flags });
  return createApplication(config, { clock: { now: () => Date.parse('2026-11-15T00:00:00Z') } });
}

async function opened(openLineageUrl?: string): Promise<Application> {
  const application = await open(folder(), openLineageUrl);
  onTestFinished(() => application[Symbol.asyncDispose]());
  return application;
}

const folder = () => mkdtempSync(join(tmpdir(), 'openlineage-'));
const list = (application: Application, since = 0) => call(application, listOpenLineageEvents, { query: { since } });
const eventually = (check: () => Promise<void> | void) => vi.waitFor(check, { timeout: 10_000, interval: 20 });
const types = async (application: Application) => (await list(application)).events.map(({ event }) => event.eventType);

/** A receiver that answers with these statuses in turn, the last for ever. */
async function receiver(...statuses: number[]) {
  const received: { body: unknown; status: number }[] = [];
  const server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const status = statuses[Math.min(received.length, statuses.length - 1)] ?? 200;
      received.push({ body: JSON.parse(Buffer.concat(parts).toString()), status });
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/api/v1/lineage`, received };
}

describe('OpenLineage events', () => {
  it.each([
    ['FINISHED', 'COMPLETE'],
    ['FAILED', 'FAIL'],
    ['KILLED', 'ABORT'],
  ])('say that a run starts and that it is %s', async (status, eventType) => {
    const application = await opened();
    const run_id = await newRun(application, { start_time: at });
    await post(application, 'runs/update', { run_id, status, end_time: at + 60_000 });
    await eventually(async () => expect(await types(application)).toEqual(['START', eventType]));
    const { events, last } = await list(application);
    expect(events.map(({ event }) => event.eventTime)).toEqual([
      '2026-10-02T00:00:00.000Z',
      '2026-10-02T00:01:00.000Z',
    ]);
    expect(events.map(({ event }) => event.run.runId)).toEqual([toRunUuid(run_id), toRunUuid(run_id)]);
    expect((await list(application, last)).events).toEqual([]);
    expect((await list(application, events[0]?.sequence)).events).toHaveLength(1);
  });

  it('name what was read and made, and tell the cost and the version that come later', async () => {
    const application = await opened();
    const run_id = await newRun(application, { start_time: at });
    const schema = '{"mlflow_colspec":[{"name":"user","type":"long"}]}';
    const dataset = {
      name: 'clicks',
      digest: 'abc',
      source_type: 's3',
      source: '{"uri":"s3://bucket/clicks"}',
      schema,
    };
    await post(application, 'runs/log-inputs', { run_id, datasets: [{ dataset, tags: [] }] });
    const made = await post(application, 'logged-models', { experiment_id: '0', name: 'm', source_run_id: run_id });
    const modelId = textAt(made, 'model', 'info', 'model_id');
    await post(application, 'runs/update', { run_id, status: 'FINISHED', end_time: at + 60_000 });
    await eventually(async () => expect(await types(application)).toEqual(['START', 'COMPLETE']));
    const [, complete] = (await list(application)).events;
    expect(complete?.event.inputs).toMatchObject([
      { namespace: 's3://bucket', name: 'clicks', facets: { schema: { fields: [{ name: 'user', type: 'long' }] } } },
    ]);
    expect(complete?.event.outputs).toMatchObject([{ namespace: 'steelyard', name: `logged_models/${modelId}` }]);
    expect(complete?.event.run.facets.steelyard_cost?.total).toMatchObject({ cost: null });

    await post(application, 'registered-models/create', { name: 'ranker' });
    await post(application, 'model-versions/create', { name: 'ranker', source: `runs:/${run_id}/m`, run_id });
    await eventually(async () => expect(await types(application)).toEqual(['START', 'COMPLETE', 'OTHER']));
    const [, , version] = (await list(application)).events;
    expect(version?.event.outputs.map(({ name }) => name)).toEqual([`logged_models/${modelId}`, 'models/ranker/1']);

    const text = `apiVersion: steelyard/v1\nkind: PriceBook\nmetadata: {name: own}\nspec: {currency: USD, source: x, prices: [{resource: gpu, perHour: '2', effectiveFrom: 2026-01-01}]}\n`;
    await call(application, postApply, { body: { documents: [{ file: 'p.yaml', text }] } });
    const period = { start: '2026-10-02T00:00:00Z', end: '2026-10-02T01:00:00Z' };
    const usage = { usage: 'u', subject: { run: run_id }, resource: 'gpu', quantity: '1', period, origin: 'test' };
    await call(application, recordUsage, { body: { intervals: [usage] } });
    await eventually(async () => {
      const { events } = await list(application);
      expect(events.at(-1)?.event).toMatchObject({
        eventType: 'OTHER',
        run: { facets: { steelyard_cost: { total: { cost: { amount: '2', currency: 'USD' }, basis: 'metered' } } } },
      });
    });
  });

  it('go to the configured receiver, again when it fails, and in order', async () => {
    const { url, received } = await receiver(503, 200);
    const application = await opened(url);
    const run_id = await newRun(application, { start_time: at });
    await eventually(async () => expect((await list(application)).events[0]?.push).toBe('waiting'));
    await eventually(() => expect(received).toHaveLength(1));
    await eventually(async () => expect((await list(application)).events[0]?.pushError).toContain('503'));
    await post(application, 'runs/update', { run_id, status: 'FINISHED' });
    await eventually(async () => {
      expect((await list(application)).events.map(({ push }) => push)).toEqual(['sent', 'sent']);
    });
    const sent = received.map(({ body }) => OpenLineageEvent.parse(body).eventType);
    expect(sent).toEqual(['START', 'START', 'COMPLETE']);
  });

  it('that the receiver will not have are put aside, and do not hold up the others', async () => {
    const { url, received } = await receiver(422, 201);
    const application = await opened(url);
    await newRun(application, { start_time: at });
    await newRun(application, { start_time: at });
    await eventually(async () => {
      expect((await list(application)).events.map(({ push }) => push)).toEqual(['refused', 'sent']);
    });
    expect(received).toHaveLength(2);
  });

  it('outlive a restart: what the receiver did not get then it gets later', async () => {
    const data = folder();
    const down = await receiver(500);
    const before = await open(data, down.url);
    const run_id = await newRun(before, { start_time: at });
    await eventually(async () => expect((await list(before)).events[0]?.pushError).toContain('500'));
    await before[Symbol.asyncDispose]();
    const up = await receiver(200);
    const after = await open(data, up.url);
    onTestFinished(() => after[Symbol.asyncDispose]());
    await post(after, 'runs/update', { run_id, status: 'FINISHED' });
    await eventually(() => expect(up.received).toHaveLength(2));
    expect(up.received.map(({ body }) => OpenLineageEvent.parse(body).eventType)).toEqual(['START', 'COMPLETE']);
  });
});
