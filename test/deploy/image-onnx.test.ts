import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { linearGraph } from '../../src/mlops/serving/graphs.testing.ts';
import { type Dockerd, findDockerd, startDockerd } from '../support/dockerd.ts';
import { createToken, execute, startContainer } from '../support/server-container.ts';
import { buildServerImage } from '../support/server-image.ts';

const there = findDockerd() !== null || process.env.CI !== undefined;
const IMAGE = 'steelyard-onnx:test';
const ENDPOINT = `apiVersion: steelyard/v1
kind: Endpoint
metadata: {name: scores}
spec: {variants: {main: {model: scores, version: 1, backend: onnx}}}
`;
const Created = z.object({ run: z.object({ info: z.object({ run_id: z.string(), artifact_uri: z.string() }) }) });
const Endpoint = z.object({ state: z.string() });

describe.skipIf(!there)(
  'the image with ONNX Runtime (skipped where dockerd, busybox-static or root is missing)',
  () => {
    let engine: Dockerd;
    beforeAll(async () => {
      engine = await startDockerd();
      await buildServerImage(engine.api, IMAGE, 'yes');
    }, 900_000);
    afterAll(() => engine?.[Symbol.asyncDispose]());

    it('answers predictions of an ONNX model on a read-only root file system', async () => {
      const { container, url } = await startContainer(engine.api, IMAGE);
      const headers = await createToken(container);
      const send = async (method: string, path: string, body: object | Uint8Array<ArrayBuffer>) => {
        const isFile = body instanceof Uint8Array;
        const type = isFile ? 'application/octet-stream' : 'application/json';
        const sent = isFile ? body : JSON.stringify(body);
        const answer = await fetch(url + path, { method, headers: { ...headers, 'content-type': type }, body: sent });
        const text = await answer.text();
        expect([answer.status, text]).toEqual([200, expect.any(String)]);
        return JSON.parse(text);
      };
      const { run } = Created.parse(await send('POST', '/api/2.0/mlflow/runs/create', { experiment_id: '0' }));
      const { run_id, artifact_uri } = run.info;
      const artifacts = artifact_uri.replace('mlflow-artifacts:', '/api/2.0/mlflow-artifacts/artifacts');
      await send('PUT', `${artifacts}/model/model.onnx`, new Uint8Array(linearGraph([1, 10, 100])));
      await send('POST', '/api/2.0/mlflow/registered-models/create', { name: 'scores' });
      const version = { name: 'scores', run_id, source: `${artifact_uri}/model` };
      await send('POST', '/api/2.0/mlflow/model-versions/create', version);
      await send('POST', '/api/v1/apply', { documents: [{ file: 'scores.yaml', text: ENDPOINT }], dryRun: false });
      const readState = async () => {
        const { state } = Endpoint.parse(await (await fetch(`${url}/api/v1/endpoints/scores`, { headers })).json());
        return state;
      };
      await expect.poll(readState).toBe('live');
      const answer = await send('POST', '/serve/scores/invocations', {
        inputs: [
          [1, 2, 3],
          [4, 5, 6],
        ],
      });
      expect(answer).toEqual({ predictions: [[321], [654]] });
    });

    it('has the libraries of its own platform only', async () => {
      const { container } = await startContainer(engine.api, IMAGE);
      const folder = '/opt/steelyard/node_modules/onnxruntime-node/bin';
      const found = await execute(container, ['find', folder, '-mindepth', '3', '-maxdepth', '3']);
      expect(found.trim().split('\n')).toEqual([expect.stringMatching(new RegExp(`/linux/${process.arch}$`))]);
    });
  },
);
