import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { golden, normalised, type ServedFolder, serveFolder, temporaryFolder } from './testing.ts';

const PRICES = `apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: own}
spec: {currency: USD, source: contract, prices: [{resource: 'gpu:H100', perHour: '6', effectiveFrom: 2026-01-01}]}
`;
const row = (cost: string, service: string) =>
  `${cost},${cost},USD,2026-10-01T00:00:00Z,2026-10-02T00:00:00Z,2026-10-03T00:00:00Z,${service},Compute,i-1`;
const BILL = [
  'BilledCost,EffectiveCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ChargePeriodEnd,ServiceName,ServiceCategory,ResourceId',
  row('120', 'EC2'),
  row('30', 'EBS'),
  row('0.5', 'Transfer'),
  row('0.25', 'Transfer'),
  '',
].join('\n');

const folder = temporaryFolder();
let server: ServedFolder;
let run: string;

beforeAll(async () => {
  server = await serveFolder();
  writeFileSync(join(folder, 'prices.yaml'), PRICES);
  writeFileSync(join(folder, 'bill.csv'), BILL);
  expect(await server.run('apply', '-f', join(folder, 'prices.yaml'))).toMatchObject({ code: 0 });
  expect(await server.run('bill', 'import', join(folder, 'bill.csv'), '--source', 'aws')).toMatchObject({ code: 0 });
  const created = await mlflow('runs/create', { experiment_id: '0', run_name: 'trained', start_time: 0 });
  run = (created as { run: { info: { run_id: string } } }).run.info.run_id;
  const dataset = { name: 'clicks', digest: 'abc', source_type: 'local', source: '{}' };
  await mlflow('runs/log-inputs', { run_id: run, datasets: [{ dataset, tags: [] }] });
  await mlflow('registered-models/create', { name: 'ranker' });
  await mlflow('model-versions/create', { name: 'ranker', source: `runs:/${run}/model`, run_id: run });
  const usage = (id: string, rest: object) => ({
    ...{ usage: id, resource: 'gpu:H100', quantity: '1', origin: 'test' },
    period: { start: '2026-10-02T00:00:00Z', end: '2026-10-02T02:00:00Z' },
    ...rest,
  });
  const serving = { model: 'ranker', modelVersion: '1', purpose: 'inference' };
  const intervals = [
    usage('train', { subject: { run }, resourceId: 'i-1' }),
    usage('serve', { subject: serving, predictions: 700 }),
  ];
  writeFileSync(join(folder, 'usage.json'), JSON.stringify({ intervals }));
  expect(await server.run('usage', 'record', '-f', join(folder, 'usage.json'))).toMatchObject({ code: 0 });
  // Late usage waits for the next reconciliation; the end of the run triggers it.
  await vi.waitFor(async () => expect(await costBasis()).not.toBeNull(), { timeout: 10_000, interval: 50 });
  await mlflow('runs/update', { run_id: run, status: 'FINISHED' });
  await vi.waitFor(async () => expect(await costBasis()).toBe('reconciled'), { timeout: 10_000, interval: 50 });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

async function costBasis(): Promise<unknown> {
  const answer = await fetch(`${server.url}/api/v1/runs/${run}`);
  return ((await answer.json()) as { cost: { total: { basis: unknown } } }).cost.total.basis;
}

async function mlflow(path: string, body: object): Promise<unknown> {
  const answer = await fetch(`${server.url}/api/2.0/mlflow/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

describe('lineage show', () => {
  it('draws the tree from the bill to the predictions, with money', async () => {
    const ended = await server.run('lineage', 'show', 'resource:i-1', '--bill-lines', '2');
    const text = normalised(ended, [folder, server.data])
      .replaceAll(run, '<run>')
      .replaceAll(/bill_line:\S+/g, 'bill_line:<line>');
    const { actual, expected } = golden('lineage-show', text);
    expect(actual).toBe(expected);
  });

  it('goes one way when asked, and answers JSON', async () => {
    const { out, code } = await server.run('lineage', 'show', `run:${run}`, '--direction', 'upstream', '--json');
    expect(code).toBe(0);
    const { nodes } = JSON.parse(out) as { nodes: { kind: string }[] };
    expect(nodes.map(({ kind }) => kind)).toEqual(['run', 'resource', 'dataset', ...Array(4).fill('bill_line')]);
  });

  it.each(['run:none', 'nonsense:x'])('ends with 4 where there is no %s', async (node) => {
    const { code, err } = await server.run('lineage', 'show', node);
    expect(code).toBe(4);
    expect(err).toContain('lineage_node_not_found');
  });
});
