import { readFileSync, writeFileSync } from 'node:fs';
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
async function registerVersion(
  resource: string,
  wrong: number | null,
  { model = 'ranker', confidence }: { model?: string; confidence?: (at: number) => number } = {},
): Promise<void> {
  const { run } = await mlflow<{ run: { info: { run_id: string } } }>('runs/create', { experiment_id: '0' });
  const id = run.info.run_id;
  await mlflow('registered-models/create', { name: model }).catch(() => undefined);
  await mlflow('model-versions/create', {
    ...{ name: model, source: `mlflow-artifacts:/0/${id}/artifacts/model`, run_id: id },
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
  const lines = Array.from({ length: 1000 }, (_, at) => `e${at},${at < wrong ? 0 : 1},${confidence?.(at) ?? ''}`);
  const outcomes = join(folder, 'outcomes.csv');
  writeFileSync(outcomes, `id,correct,sure\n${lines.join('\n')}\n`);
  const sure = confidence === undefined ? [] : ['--confidence', 'sure'];
  const columns = ['--run', id, '--id', 'id', '--correct', 'correct', ...sure];
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

it('shows a cascade of two versions with its threshold, and the reason for a missing one', async () => {
  await registerVersion('small', 200, {
    model: 'tickets',
    confidence: (at) => (at < 200 ? at / 400 : 0.6 + at / 10_000),
  });
  await registerVersion('large', 60, { model: 'tickets' });
  const question = ['--baseline', '2', '--margin', '0.03'];
  await expectGolden('frontier-show-cascade', 'frontier', 'show', 'tickets', '--demand', '9000000000', ...question);
  await expectGolden('frontier-show-no-cascade', 'frontier', 'show', 'tickets', '--demand', '1000000', ...question);
});

it('shows the effect of changes, with what was assumed and what is missing', async () => {
  const demand = ['--demand', '500000000'];
  await expectGolden('whatif-traffic', 'whatif', 'ranker', '--traffic', '10x', ...demand);
  await expectGolden('whatif-accept-loss', 'whatif', 'ranker', '--accept-loss', '3', ...demand);
  await expectGolden('whatif-spot', 'whatif', 'ranker', '--spot', '--replicas', '2', ...demand);
  await expectGolden('whatif-hardware', 'whatif', 'ranker', '--hardware', 'gpu:H100', ...demand);
  await expectGolden('whatif-precision', 'whatif', 'ranker', '--precision', 'half', ...demand);
});

it('answers as docs/frontier.md and docs/what-if.md show', async () => {
  for (const [page, words] of [
    ['frontier', 'frontier show'],
    ['what-if', 'whatif ranker --accept-loss'],
  ]) {
    const text = readFileSync(join(import.meta.dirname, `../docs/${page}.md`), 'utf8');
    const [, line = '', shown = ''] =
      new RegExp(`(steelyard ${words}.*)\n\`\`\`\n\n\`\`\`text\n([^\`]*)\`\`\``).exec(text) ?? [];
    const { out } = await server.run(...line.split(' ').slice(1));
    expect(shown).not.toBe('');
    expect(out.slice(0, shown.length)).toBe(shown);
  }
});

it('refuses questions that it cannot answer', async () => {
  expect(await server.run('whatif', 'ranker')).toMatchObject({ code: 2 });
  expect(await server.run('frontier', 'show', 'ranker', '--demand', '0')).toMatchObject({ code: 2 });
  expect((await server.run('frontier', 'show', 'nothing')).err).toContain('There is no registered model "nothing"');
  expect((await server.run('whatif', 'ranker', '--spot', '--version', '9')).err).toContain('has no version "9"');
  expect((await steelyard(['whatif', 'ranker', '--traffic', 'much'])).code).toBe(2);
});
