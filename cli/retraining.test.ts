import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ServedFolder, serveFolder, temporaryFolder } from './testing.ts';

const DOCUMENTS = `
apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: own}
spec: {currency: USD, source: test, prices: [{resource: machine, perHour: '0.36', effectiveFrom: 2026-01-01}]}
---
apiVersion: steelyard/v1
kind: Policy
metadata: {name: production}
spec:
  model: ranker
  currency: USD
  quality: [{metric: accuracy, direction: higher, floor: '0.5'}]
  cost: [{measure: trainingCost, atMost: '10'}]
---
apiVersion: steelyard/v1
kind: Monitor
metadata: {name: ranker}
spec: {model: ranker, quality: {kind: classification}}
---
apiVersion: steelyard/v1
kind: Pipeline
metadata: {name: training}
spec:
  steps:
    train: {run: "echo '{\\"accuracy\\": 0.9}' > metrics.json; echo x > model.txt", metrics: metrics.json, outputs: [model.txt], cache: false}
    register: {uses: register, of: train, needs: [train], model: ranker, artifact: model.txt, policy: production}
---
apiVersion: steelyard/v1
kind: Retraining
metadata: {name: ranker}
spec: {model: ranker, monitor: ranker, pipeline: training}
`;

const folder = temporaryFolder();
const HOUR_MS = 3_600_000;
const LOOK_MS = 50;
let server: ServedFolder;

beforeAll(async () => {
  server = await serveFolder();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

/** The document once it is over. */
async function untilEnded<T extends { readonly endedAt: string | null }>(path: string): Promise<T> {
  for (;;) {
    const found = (await (await fetch(`${server.url}/api/v1/${path}`)).json()) as T;
    if (found.endedAt !== null) return found;
    await pause(LOOK_MS);
  }
}

it('exports the sets of a round, scores answers, and shows the test set', async () => {
  const file = join(folder, 'documents.yaml');
  writeFileSync(file, DOCUMENTS);
  expect(await server.run('apply', '-f', file)).toMatchObject({ code: 0 });
  const { run } = await server.post<{ run: string }>('/api/v1/pipelines/training/runs', {});
  await untilEnded(`pipelines/training/runs/${run}`);
  const [from, until] = [new Date(Date.now() - 2 * HOUR_MS).toISOString(), new Date().toISOString()];
  const predictions = Array.from({ length: 200 }, (_, n) => ({
    ...{ prediction: `p${n}`, model: 'ranker', modelVersion: '1', inputs: { n }, output: 1 },
    predictedAt: new Date(Date.now() - HOUR_MS + n).toISOString(),
  }));
  await server.post('/api/v1/predictions', { predictions });
  await server.post('/api/v1/labels', {
    model: 'ranker',
    labels: predictions.map(({ prediction }, n) => ({ prediction, value: n % 4 === 0 ? 0 : 1 })),
  });
  const early = await server.run('retraining', 'test-set', 'ranker', '--round', '1');
  expect(early).toMatchObject({ code: 4, err: expect.stringContaining('retraining_round_not_found') });
  await server.run('retraining', 'start', 'ranker', '--from', from, '--until', until);
  const { candidateRun } = await untilEnded<{ endedAt: string | null; candidateRun: string }>(
    'retrainings/ranker/rounds/1',
  );
  const parse = (text: string) =>
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { prediction: string; label?: number });
  const test = await server.run('retraining', 'test-set', 'ranker', '--round', '1', '--labels');
  const training = await server.run('retraining', 'training-set', 'ranker', '--round', '1');
  expect([test.code, training.code]).toEqual([0, 0]);
  const examples = parse(test.out);
  expect(examples.length + parse(training.out).length).toBe(200);
  const answers = join(folder, 'answers.jsonl');
  const lines = examples.map(({ prediction, label }) => JSON.stringify({ prediction, output: label }));
  writeFileSync(answers, `${lines.join('\n')}\n`);
  const scored = await server.run('retraining', 'score', 'ranker', answers, '--round', '1', '--run', candidateRun);
  expect(scored.out).toBe(`Scored ${examples.length} answers as evaluation trigger-window v1: accuracy 1.\n`);
  const shown = await server.run('retraining', 'show', 'ranker', '--round', '1');
  expect(shown.out).toMatch(
    /test set +\d+ held-out predictions of version 1 from .*: accuracy 0\.\d+, digest [0-9a-f]{12}; not compared/,
  );
});
