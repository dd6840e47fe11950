import { createServer } from 'node:net';
import { join } from 'node:path';
import type { ModelSpec } from '../../inference/index.ts';
import type { Backend, Protocol } from './backend.ts';
import { startLeased } from './leased-process.ts';
import { createServedBackend } from './served.ts';
import { addVenvPath } from './venv-path.ts';

export interface ProcessBackendDeps {
  readonly protocol: Protocol;
  readonly modelName: string;
  /** Words; `{port}` and `{model}` in them become the port to listen on and the folder of the version's artifacts. */
  readonly command: readonly [program: string, ...words: string[]];
  /** The artifacts of the version on this machine. */
  readonly modelFolder: string;
  /** Inputs and outputs from the MLmodel file; unknown where the model has none. */
  readonly modelSpec: ModelSpec;
  /** Parent folder of the replica folders. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly limits: { readonly cpus: number | null; readonly memoryBytes: number | null };
}

const HOST = '127.0.0.1';

/** Copies of a command that listens on a port of this machine. */
export function createProcessBackend(deps: ProcessBackendDeps): Backend {
  const { protocol, modelName, modelFolder, folder, limits, modelSpec } = deps;
  return {
    async start(id) {
      const port = await freePort();
      const filled = (word: string) => word.replaceAll('{port}', String(port)).replaceAll('{model}', modelFolder);
      const [program, ...words] = deps.command;
      const command = [filled(program), ...words.map(filled)] as const;
      const environment = addVenvPath(command[0], { ...deps.environment, PORT: String(port), MODEL: modelFolder });
      const own = join(folder, id);
      const started = await startLeased({ id, folder: own, command, cwd: own, environment, limits });
      return { address: { host: HOST, port }, ...started };
    },
    ...createServedBackend({ protocol, modelName, modelFolder, modelSpec }),
  };
}

/** Finds a free port. If another process takes it before the server does, the start fails, and the next start takes another port. */
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
