import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { ModelSpec } from '../tensors/tensor.ts';
import type { Backend, Protocol } from './backend.ts';
import { type Address, exchanged, probed } from './exchange.ts';
import { startLeased } from './leased-process.ts';
import { tensorflowSpec, v2Spec } from './specs.ts';

export interface ProcessBackendDeps {
  readonly protocol: Protocol;
  readonly modelName: string;
  /** Words; `{port}` and `{model}` in them become the port to listen on and the folder of the version's artifacts. */
  readonly command: readonly [program: string, ...words: string[]];
  /** The artifacts of the version on this machine. */
  readonly modelFolder: string;
  /** What its MLmodel file says; nothing where it has none. */
  readonly modelSpec: ModelSpec;
  /** Where replicas have their folders. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly limits: { readonly cpus: number | null; readonly memoryBytes: number | null };
}

const HOST = '127.0.0.1';
const WARM_UP_MS = 60_000;
/** As MLflow names the example that it logs with a model. */
const EXAMPLE = 'serving_input_example.json';

/** Copies of a command that listens on a port of this machine. */
export function processBackend(deps: ProcessBackendDeps): Backend {
  const { protocol, modelName, modelFolder, folder, limits, modelSpec } = deps;
  return {
    protocol,
    modelName,
    async start(id) {
      const port = await freePort();
      const filled = (word: string) => word.replaceAll('{port}', String(port)).replaceAll('{model}', modelFolder);
      const [program, ...words] = deps.command;
      const environment = { ...deps.environment, PORT: String(port), MODEL: modelFolder };
      const command = [filled(program), ...words.map(filled)] as const;
      const own = join(folder, id);
      const started = await startLeased({ id, folder: own, command, cwd: own, environment, limits });
      return { address: { host: HOST, port }, ...started };
    },
    isReady: (address) => isReady[protocol](address, modelName),
    async spec(address) {
      if (protocol === 'v2') return v2Spec(address, `/v2/models/${encodeURIComponent(modelName)}`);
      if (protocol === 'tensorflow') {
        return tensorflowSpec(address, `/v1/models/${encodeURIComponent(modelName)}/metadata`);
      }
      return modelSpec;
    },
    async warmUp(address) {
      const example = protocol === 'mlflow' ? await readFile(join(modelFolder, EXAMPLE)).catch(() => null) : null;
      if (example === null) return;
      const headers = { 'content-type': 'application/json' };
      const request = { method: 'POST', path: '/invocations', headers, body: example, timeoutMs: WARM_UP_MS } as const;
      await exchanged(address, request).catch(() => null);
    },
  };
}

const isReady: Readonly<Record<Protocol, (address: Address, model: string) => Promise<boolean>>> = {
  mlflow: async (address) => (await probed(address, '/ping'))?.status === 200,
  v2: async (address) => (await probed(address, '/v2/health/ready'))?.status === 200,
  // TensorFlow Serving has the states of all versions, KServe says `"ready": true`; neither is JSON that needs a parser.
  tensorflow: (address, model) => says(address, model, /"state":\s*"AVAILABLE"/),
  kserve: (address, model) => says(address, model, /"ready":\s*(true|"True")/),
};

async function says(address: Address, model: string, word: RegExp): Promise<boolean> {
  const answer = await probed(address, `/v1/models/${encodeURIComponent(model)}`);
  return answer?.status === 200 && word.test(answer.body.toString('utf8'));
}

/** A port that nobody listens on now. Who takes it in between makes the start fail, and the next one takes another. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, HOST, () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
