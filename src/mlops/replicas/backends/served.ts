import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelSpec } from '../../inference/index.ts';
import type { Backend, Protocol } from './backend.ts';
import { type Address, probe, sendExchange } from './exchange.ts';
import { fetchTensorflowSpec, fetchV2Spec } from './specs.ts';

const WARM_UP_MS = 60_000;
/** File name that MLflow gives the input example of a model. */
const EXAMPLE = 'serving_input_example.json';

/** Readiness probe, model spec and warm-up for third-party model servers, wherever they run. */
export function createServedBackend({
  protocol,
  modelName,
  modelFolder,
  modelSpec,
}: {
  readonly protocol: Protocol;
  readonly modelName: string;
  /** The artifacts of the version on this machine. */
  readonly modelFolder: string;
  /** Inputs and outputs from the MLmodel file; unknown where the model has none. */
  readonly modelSpec: ModelSpec;
}): Omit<Backend, 'start'> {
  return {
    protocol,
    modelName,
    isReady: (address) => isReady[protocol](address, modelName),
    async spec(address) {
      if (protocol === 'v2') return fetchV2Spec(address, `/v2/models/${encodeURIComponent(modelName)}`);
      if (protocol === 'tensorflow') {
        return fetchTensorflowSpec(address, `/v1/models/${encodeURIComponent(modelName)}/metadata`);
      }
      return modelSpec;
    },
    async warmUp(address) {
      const example = protocol === 'mlflow' ? await readFile(join(modelFolder, EXAMPLE)).catch(() => null) : null;
      if (example === null) return;
      const headers = { 'content-type': 'application/json' };
      const request = { method: 'POST', path: '/invocations', headers, body: example, timeoutMs: WARM_UP_MS } as const;
      await sendExchange(address, request).catch(() => null);
    },
  };
}

/** Path that returns 200 when the server is ready, as far as a status shows it. */
export const buildReadyPath: Readonly<Record<Protocol, (model: string) => string>> = {
  mlflow: () => '/ping',
  v2: () => '/v2/health/ready',
  tensorflow: (model) => `/v1/models/${encodeURIComponent(model)}`,
  kserve: (model) => `/v1/models/${encodeURIComponent(model)}`,
};

const isReady: Readonly<Record<Protocol, (address: Address, model: string) => Promise<boolean>>> = {
  mlflow: async (address, model) => (await probe(address, buildReadyPath.mlflow(model)))?.status === 200,
  v2: async (address, model) => (await probe(address, buildReadyPath.v2(model)))?.status === 200,
  // TensorFlow Serving has the states of all versions, KServe says `"ready": true`; neither is JSON that needs a parser.
  tensorflow: (address, model) => readState(address, model, /"state":\s*"AVAILABLE"/),
  kserve: (address, model) => readState(address, model, /"ready":\s*(true|"True")/),
};

async function readState(address: Address, model: string, word: RegExp): Promise<boolean> {
  const answer = await probe(address, buildReadyPath.kserve(model));
  return answer?.status === 200 && word.test(answer.body.toString('utf8'));
}
