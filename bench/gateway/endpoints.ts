import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { getEndpoint } from '../../src/mlops/serving/schema.ts';
import { buildUrl } from '../../src/platform/contract/schema.ts';
import { Connection } from '../http-load.ts';

const LIMIT_MS = 120_000;
const Run = z.object({ run: z.object({ info: z.object({ run_id: z.string(), artifact_uri: z.string() }) }) });

/** Registers version 1 of a model with one file. */
export async function register(url: string, model: string, file: string, content: string | Uint8Array): Promise<void> {
  using connection = new Connection();
  const mlflow = (path: string, body: object) =>
    connection.json({ method: 'POST', url: `${url}/api/2.0/mlflow/${path}`, body: JSON.stringify(body) });
  const { run } = Run.parse(await mlflow('runs/create', { experiment_id: '0' }));
  const { run_id, artifact_uri } = run.info;
  const place = artifact_uri.replace('mlflow-artifacts:/', '/api/2.0/mlflow-artifacts/artifacts/');
  const headers = { 'content-type': 'application/octet-stream' };
  const sent = await fetch(`${url}${place}/model/${file}`, { method: 'PUT', headers, body: content as string });
  if (!sent.ok) throw new Error(await sent.text());
  await mlflow('registered-models/create', { name: model });
  await mlflow('model-versions/create', { name: model, run_id, source: `${artifact_uri}/model` });
}

/** Applies an endpoint and waits until it is live. */
export async function serve(url: string, name: string, spec: object): Promise<void> {
  using connection = new Connection();
  const text = JSON.stringify({ apiVersion: 'steelyard/v1', kind: 'Endpoint', metadata: { name }, spec });
  const body = JSON.stringify({ documents: [{ file: 'bench.yaml', text }] });
  await connection.json({ method: 'POST', url: `${url}/api/v1/apply`, body });
  await until(async () => {
    const { state, newest } = await endpointAt(url, name);
    if (state === 'failed') throw new Error(`${name}: ${newest.reason}`);
    return state === 'live';
  }, name);
}

export async function endpointAt(url: string, endpoint: string) {
  using connection = new Connection();
  const answer = await connection.json({ method: 'GET', url: url + buildUrl(getEndpoint, { params: { endpoint } }) });
  return getEndpoint.response.parse(answer);
}

export async function until(is: () => Promise<boolean>, what: string): Promise<void> {
  const startedAt = performance.now();
  while (!(await is())) {
    if (performance.now() - startedAt > LIMIT_MS) throw new Error(`${what} is not ready`);
    await pause(100);
  }
}

/** The port that a program has written into a file. */
export function portIn(file: string): number {
  return Number(readFileSync(file, 'utf8'));
}
