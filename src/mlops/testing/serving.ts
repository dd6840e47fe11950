import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { InjectOptions } from 'fastify';
import { z } from 'zod';
import type { Application } from '../../main.ts';
import { call } from '../../testing/application.ts';
import { type EndpointDetail, getEndpoint } from '../serving/schema.ts';
import { applied } from './pipelines.ts';

/** For tests: registers a version whose artifacts are these files, and answers its number. */
export async function registeredFiles(
  application: Application,
  model: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<string> {
  const { run } = await mlflow<{ run: { info: { run_id: string; artifact_uri: string } } }>(
    application,
    'runs/create',
    {
      experiment_id: '0',
    },
  );
  const { run_id, artifact_uri } = run.info;
  const root = artifact_uri.replace('mlflow-artifacts:/', '/api/2.0/mlflow-artifacts/artifacts/');
  for (const [name, content] of Object.entries(files)) {
    const answer = await sent(
      application,
      'PUT',
      `${root}/model/${name}`,
      Buffer.from(content),
      'application/octet-stream',
    );
    if (answer.statusCode !== 200) throw new Error(answer.body);
  }
  // It may be there already.
  await sent(application, 'POST', '/api/2.0/mlflow/registered-models/create', { name: model });
  const version = { name: model, run_id, source: `${artifact_uri}/model` };
  const made = await mlflow<{ model_version: { version: string } }>(application, 'model-versions/create', version);
  return made.model_version.version;
}

/** Points an alias to a version. */
export async function aliased(application: Application, name: string, alias: string, version: string): Promise<void> {
  await mlflow(application, 'registered-models/alias', { name, alias, version });
}

async function mlflow<T>(application: Application, path: string, body: object): Promise<T> {
  const answer = await sent(application, 'POST', `/api/2.0/mlflow/${path}`, body);
  if (answer.statusCode !== 200) throw new Error(answer.body);
  return answer.json<T>();
}

/** Sends a request as a client of this machine does. */
export function sent(
  application: Application,
  method: 'GET' | 'POST' | 'PUT',
  url: string,
  payload?: NonNullable<InjectOptions['payload']>,
  type = 'application/json',
  headers: Readonly<Record<string, string>> = {},
) {
  const all = { host: 'localhost', ...(payload === undefined ? {} : { 'content-type': type }), ...headers };
  return application.http.inject({ method, url, headers: all, ...(payload === undefined ? {} : { payload }) });
}

const LOOK_MS = 25;

/** Applies an endpoint and waits until its newest revision is live, or failed. */
export async function appliedEndpoint(application: Application, name: string, spec: object): Promise<EndpointDetail> {
  const document = { apiVersion: 'steelyard/v1', kind: 'Endpoint', metadata: { name }, spec };
  await applied(application, JSON.stringify(document));
  return settled(application, name);
}

/** The endpoint when its newest revision is live, or failed. */
export async function settled(application: Application, endpoint: string): Promise<EndpointDetail> {
  for (;;) {
    const now = await call(application, getEndpoint, { params: { endpoint } });
    const isReady = now.variants.every(({ replicasReady, replicasWanted }) => replicasReady >= replicasWanted);
    if (now.state === 'failed' || (now.state === 'live' && isReady)) return now;
    await pause(LOOK_MS);
  }
}

/** Usage of replicas that is not recorded yet, which the server notes each second. */
const NotedUsage = z.object({ seenMs: z.number(), open: z.array(z.object({ ended: z.number().nullable() })) });

/**
 * For tests that move the clock: number of replicas whose meters run, by a note of `sinceMs` or later; null before such a note. The folder of a replica is
 * gone before its meter has ended, and a meter that ends after the clock has moved includes the move.
 */
export function countMetered({ config }: Pick<Application, 'config'>, sinceMs: number): number | null {
  const noted = readFileSync(join(config.data, 'serving', 'usage.json'), 'utf8');
  const { seenMs, open } = NotedUsage.parse(JSON.parse(noted));
  return seenMs < sinceMs ? null : open.filter(({ ended }) => ended === null).length;
}
