import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildCompiledCodeEnvironment } from '../../../platform/processes/index.ts';
import type { Backend } from './backend.ts';
import { probe } from './exchange.ts';
import { openChannel } from './frames/channel.ts';
import { startLeased } from './leased-process.ts';
import type { SessionSettings } from './session-worker.ts';
import { fetchV2Spec } from './specs.ts';

export interface OnnxBackendDeps {
  readonly model: string;
  readonly version: string;
  /** The `.onnx` file on this machine. */
  readonly file: string;
  /** Parent folder of the replica folders. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly limits: { readonly cpus: number | null; readonly memoryBytes: number | null };
}

/** Runs sessions of ONNX Runtime, each in a separate process. */
export function createOnnxBackend({ model, version, file, folder, environment, limits }: OnnxBackendDeps): Backend {
  // The source is TypeScript in a checkout and JavaScript in a published package; the file's own name tells which.
  const program = fileURLToPath(new URL(`./session-worker${extname(import.meta.url)}`, import.meta.url));
  const surroundings = { ...environment, ...buildCompiledCodeEnvironment() };
  return {
    protocol: 'v2',
    modelName: 'model',
    async start(id) {
      // The names of sockets are short, and a data folder may be deep.
      const place = await mkdtemp(join(tmpdir(), 'steelyard-onnx-'));
      const socketPath = join(place, 's');
      const threads = Math.max(1, Math.round(limits.cpus ?? 1));
      const framesPath = join(place, 'f');
      const settings: SessionSettings = { model, version, file, socketPath, framesPath, threads };
      const command = [process.execPath, program, JSON.stringify(settings)] as const;
      const own = join(folder, id);
      const started = await startLeased({ id, folder: own, command, cwd: place, environment: surroundings, limits });
      const channel = openChannel(framesPath);
      const ended = started.ended.finally(() => {
        channel.close();
        return rm(place, { recursive: true, force: true });
      });
      return { address: { socketPath }, channel, ended, stop: started.stop };
    },
    isReady: async (address) => (await probe(address, '/v2/health/ready'))?.status === 200,
    spec: (address) => fetchV2Spec(address, '/v2/models/model'),
    // The session warms up before it listens.
    warmUp: async () => undefined,
  };
}
