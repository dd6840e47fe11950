import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { golden, normalised, type ServedFolder, serveFolder, steelyard, temporaryFolder } from './testing.ts';

const CONFIG = `apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: own}
spec:
  currency: USD
  source: contract of 2026-01
  prices:
    - {resource: small, perHour: '1', effectiveFrom: 2026-01-01}
    - {resource: large, perHour: '3', effectiveFrom: 2026-01-01}
---
apiVersion: steelyard/v1
kind: PurchaseTerms
metadata: {name: cloud}
spec:
  currency: USD
  spot:
    - {name: large-spot, resource: large, perHour: '1.2', save: 10s, restart: 6m, meanHours: 9.9}
---
apiVersion: steelyard/v1
kind: Policy
metadata: {name: gate}
spec:
  model: ranker
  currency: USD
  alpha: 0.05
  quality:
    - {metric: correct, direction: higher, floor: '0.85', nonInferiority: {margin: '0.03'}}
  cost:
    - {measure: costPerMonth, predictionsPerMonth: 500000000, atMost: '3000'}
`;

const folder = temporaryFolder();
let server: ServedFolder;

beforeAll(async () => {
  server = await serveFolder();
  await registerVersion('large', 60);
  await registerVersion('small', 70);
  await registerVersion('small', 150);
  await registerVersion('large', null);
  await mlflow('registered-models/alias', { name: 'ranker', alias: 'champion', version: '1' });
  writeFileSync(join(folder, 'config.yaml'), CONFIG);
  expect(await server.run('apply', '-f', join(folder, 'config.yaml'))).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

async function mlflow<T>(path: string, body: object): Promise<T> {
  const answer = await fetch(`${server.url}/api/2.0/mlflow/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()) as T;
}

/** A version with a benchmark of 1,000 predictions in 2 s, and so many wrong answers of 1,000; null: not evaluated. */
async function registerVersion(resource: string, wrong: number | null): Promise<void> {
  const { run } = await mlflow<{ run: { info: { run_id: string } } }>('runs/create', { experiment_id: '0' });
  const id = run.info.run_id;
  await mlflow('registered-models/create', { name: 'ranker' }).catch(() => undefined);
  await mlflow('model-versions/create', {
    ...{ name: 'ranker', source: `mlflow-artifacts:/0/${id}/artifacts/model`, run_id: id },
  });
  const usage = {
    ...{ usage: id, subject: { run: id, purpose: 'inference' }, resource, quantity: '1', predictions: 1000 },
    period: { start: '2026-10-01T00:00:00Z', end: '2026-10-01T00:00:02Z' },
    benchmark: { batchSize: 1, serviceSeconds: Array.from({ length: 40 }, (_, at) => 0.0019 + 0.000005 * at) },
    origin: 'test',
  };
  const file = join(folder, 'usage.json');
  writeFileSync(file, JSON.stringify({ intervals: [usage] }));
  expect(await server.run('usage', 'record', '-f', file)).toMatchObject({ code: 0 });
  if (wrong === null) return;
  const lines = Array.from({ length: 1000 }, (_, at) => `e${at},${at < wrong ? 0 : 1}`);
  const outcomes = join(folder, 'outcomes.csv');
  writeFileSync(outcomes, `id,correct\n${lines.join('\n')}\n`);
  const columns = ['--run', id, '--id', 'id', '--correct', 'correct'];
  expect(await server.run('evaluation', 'import', outcomes, ...columns)).toMatchObject({ code: 0 });
}

async function expectGolden(name: string, ...argv: string[]): Promise<void> {
  const { actual, expected } = golden(name, normalised(await server.run(...argv), [folder, server.data]));
  expect(actual).toBe(expected);
}

it('shows points, answers and versions left out', async () => {
  const question = ['--demand', '500000000', '--margin', '0.03', '--budget', '1000'];
  await expectGolden('frontier-show', 'frontier', 'show', 'ranker', ...question);
  await expectGolden('frontier-show-policy', 'frontier', 'show', 'ranker', '--policy', 'gate');
});

it('shows the effect of changes, with what was assumed and what is missing', async () => {
  const demand = ['--demand', '500000000'];
  await expectGolden('whatif-traffic', 'whatif', 'ranker', '--traffic', '10x', ...demand);
  await expectGolden('whatif-accept-loss', 'whatif', 'ranker', '--accept-loss', '3', ...demand);
  await expectGolden('whatif-spot', 'whatif', 'ranker', '--spot', '--replicas', '2', ...demand);
  await expectGolden('whatif-hardware', 'whatif', 'ranker', '--hardware', 'gpu:H100', ...demand);
  await expectGolden('whatif-precision', 'whatif', 'ranker', '--precision', 'half', ...demand);
});

it('refuses questions that it cannot answer', async () => {
  expect(await server.run('whatif', 'ranker')).toMatchObject({ code: 2 });
  expect(await server.run('frontier', 'show', 'ranker', '--demand', '0')).toMatchObject({ code: 2 });
  expect((await server.run('frontier', 'show', 'nothing')).err).toContain('There is no registered model "nothing"');
  expect((await server.run('whatif', 'ranker', '--spot', '--version', '9')).err).toContain('has no version "9"');
  expect((await steelyard(['whatif', 'ranker', '--traffic', 'much'])).code).toBe(2);
});
