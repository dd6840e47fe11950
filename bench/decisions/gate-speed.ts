import { createReadStream, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Connection } from '../http-load.ts';
import type { Figure } from '../report.ts';
import { startSteelyard } from '../steelyard.ts';

const MLFLOW = '/api/2.0/mlflow';
const POLICY = `apiVersion: steelyard/v1
kind: Policy
metadata: {name: bench}
spec:
  model: bench
  currency: USD
  alpha: 0.05
  quality: [{metric: accuracy, direction: higher, nonInferiority: {margin: 0.01}}]
  cost: [{measure: trainingCost, atMost: "1"}]
`;
const Created = z.object({ run: z.object({ info: z.object({ run_id: z.string() }) }) });
const Sent = z.object({ upload: z.string() });
const Gate = z.object({ checks: z.array(z.object({ name: z.string(), n: z.number().nullish() })) });

type Post = (path: string, body: unknown) => Promise<unknown>;

/**
 * Seconds of a gate over HTTP that pairs the outcomes of two versions by example id: the whole request, with evidence, test and
 * answer. Each is a dry run, which reads and joins both tables again.
 */
export async function measureGate(
  folder: string,
  outcomes: readonly [baseline: Uint8Array, candidate: Uint8Array],
  repetitions: number,
): Promise<Figure> {
  await using server = await startSteelyard(join(folder, 'gate'));
  using connection = new Connection();
  const post: Post = (path, body) =>
    connection.json({ method: 'POST', url: server.url + path, body: JSON.stringify(body) });
  const upload = async (path: string) => {
    const url = `${server.url}/api/v1/evaluations/files?name=outcomes.csv`;
    const type = 'application/octet-stream';
    return Sent.parse(await connection.json({ method: 'POST', url, type, body: createReadStream(path) })).upload;
  };
  await post(`${MLFLOW}/registered-models/create`, { name: 'bench' });
  for (const values of outcomes) await registerVersion(post, await upload(writeOutcomes(folder, values)));
  await post(`${MLFLOW}/registered-models/alias`, { name: 'bench', alias: 'champion', version: '1' });
  await post('/api/v1/apply', { documents: [{ file: 'policy.yaml', text: POLICY }] });
  const pairs = outcomes[0].length;
  const values: number[] = [];
  for (let at = 0; at < repetitions; at += 1) values.push(await timeGate(post, pairs));
  const measure = `gate over HTTP on ${pairs.toLocaleString('en-US')} pairs`;
  return { measure, subject: 'Steelyard', unit: 's', values };
}

function writeOutcomes(folder: string, values: Uint8Array): string {
  const file = join(folder, 'gate-outcomes.csv');
  const lines = Array.from(values, (value, row) => `example-${row},${value}`);
  writeFileSync(file, `id,accuracy\n${lines.join('\n')}\n`);
  return file;
}

async function registerVersion(post: Post, upload: string): Promise<void> {
  const start = { experiment_id: '0', start_time: 1_793_491_200_000 };
  const runId = Created.parse(await post(`${MLFLOW}/runs/create`, start)).run.info.run_id;
  await post('/api/v1/evaluations', { runId, upload, columns: { id: 'id', correct: 'accuracy' } });
  await post(`${MLFLOW}/model-versions/create`, { name: 'bench', source: `runs:/${runId}/model`, run_id: runId });
}

async function timeGate(post: Post, pairs: number): Promise<number> {
  const startedAt = performance.now();
  const answer = await post('/api/v1/gate-checks', { model: 'bench', version: '2', policy: 'bench', dryRun: true });
  const seconds = (performance.now() - startedAt) / 1000;
  const tested = Gate.parse(answer).checks[0]?.n;
  if (tested !== pairs) throw new Error(`the gate tested ${tested} pairs in place of ${pairs}`);
  return seconds;
}
