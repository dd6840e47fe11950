import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getEndpointMetrics } from '../../src/mlops/gateway/metrics/schema.ts';
import { linearGraph } from '../../src/mlops/serving/graphs.testing.ts';
import { golden, normalised, type ServedFolder, serveFolder, temporaryFolder } from '../testing.ts';

const folder = temporaryFolder();
const file = join(folder, 'ranker.yaml');
let server: ServedFolder;

const written = (version: number) =>
  writeFileSync(
    file,
    `apiVersion: steelyard/v1
kind: Endpoint
metadata: {name: ranker}
spec:
  variants:
    main: {model: ranker, version: 1, backend: onnx}
    canary: {model: ranker, version: ${version}, backend: onnx}
  traffic: {weights: {main: 90, canary: 10}}
`,
  );

async function sent(
  path: string,
  method: string,
  body: string | Uint8Array,
  type = 'application/json',
): Promise<unknown> {
  const answer = await fetch(`${server.url}${path}`, {
    method,
    headers: { 'content-type': type },
    body: body as string,
  });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

async function registered(graph: Uint8Array): Promise<void> {
  const mlflow = (path: string, body: object) => sent(`/api/2.0/mlflow/${path}`, 'POST', JSON.stringify(body));
  const { run } = (await mlflow('runs/create', { experiment_id: '0' })) as {
    run: { info: { run_id: string; artifact_uri: string } };
  };
  const { run_id, artifact_uri } = run.info;
  const place = artifact_uri.replace('mlflow-artifacts:/', '/api/2.0/mlflow-artifacts/artifacts/');
  await sent(`${place}/model/model.onnx`, 'PUT', graph, 'application/octet-stream');
  await mlflow('model-versions/create', { name: 'ranker', run_id, source: `${artifact_uri}/model` });
}

beforeAll(async () => {
  server = await serveFolder();
  await sent('/api/2.0/mlflow/registered-models/create', 'POST', '{"name": "ranker"}');
  await registered(linearGraph([1, 2]));
  await registered(linearGraph([3, 4]));
  await registered(Buffer.from('no graph'));
});
afterAll(() => server[Symbol.asyncDispose]());

async function expectGolden(name: string, ...argv: string[]): Promise<void> {
  const { actual, expected } = golden(name, normalised(await server.run(...argv), [folder]));
  expect(actual).toBe(expected);
}

describe('endpoint', () => {
  it('list says what to do while there is none', () => expectGolden('endpoint-none', 'endpoint', 'list'));

  it('apply waits until the revision is live', async () => {
    written(2);
    await expectGolden('endpoint-apply', 'endpoint', 'apply', '-f', file, '--wait');
    await expectGolden('endpoint-list', 'endpoint', 'list');
  });

  it('show has the variants, their replicas and the revisions', async () => {
    for (const variant of ['main', 'canary']) {
      const headers = { 'content-type': 'application/json', 'x-steelyard-variant': variant };
      const body = '{"inputs": [[1, 1]]}';
      expect((await fetch(`${server.url}/serve/ranker/invocations`, { method: 'POST', headers, body })).status).toBe(
        200,
      );
    }
    await expectGolden('endpoint-show', 'endpoint', 'show', 'ranker');
  });

  it('metrics has a line for each step and version', async () => {
    const { code, out } = await server.run('endpoint', 'metrics', 'ranker', '--step', '1d');
    expect([code, out]).toEqual([0, expect.stringMatching(/AT +VARIANT +REQUESTS[\s\S]* main ranker 1 +1 +0 +0 /)]);
    const { out: json } = await server.run('endpoint', 'metrics', 'ranker', '--json');
    const { points } = getEndpointMetrics.response.parse(JSON.parse(json));
    expect(points.reduce((sum, { answered }) => sum + answered, 0)).toBe(2);
    const wrong = await server.run('endpoint', 'metrics', 'ranker', '--step', '2h');
    expect([wrong.code, wrong.err]).toEqual([
      expect.any(Number),
      expect.stringContaining('--step 2h: write one of 1m'),
    ]);
  });

  it('traffic and rollback move what is there', async () => {
    await expectGolden(
      'endpoint-traffic',
      'endpoint',
      'traffic',
      'ranker',
      '--weight',
      'main=1',
      '--weight',
      'canary=1',
      '--wait',
    );
    await expectGolden('endpoint-rollback', 'endpoint', 'rollback', 'ranker', '--wait');
    await expectGolden('endpoint-traffic-nobody', 'endpoint', 'traffic', 'ranker', '--weight', 'other=1');
    await expectGolden('endpoint-traffic-word', 'endpoint', 'traffic', 'ranker', '--weight', 'main');
  });

  it('apply says why a revision failed, with exit code 13', async () => {
    written(3);
    const { code, err } = await server.run('endpoint', 'apply', '-f', file, '--wait');
    expect([code, err]).toEqual([
      13,
      expect.stringContaining('ranker: revision 4 did not become ready: it ended with exit code 1'),
    ]);
  });
});
