import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildCompiledCodeEnvironment } from '../../../platform/processes/index.ts';
import type { ContainerServer, Variant } from '../../endpoint-spec/schema.ts';
import type { Executors } from '../../executors/index.ts';
import type { ModelSpec } from '../../inference/index.ts';
import { findOnnxFile, type ModelFiles, type ModelFolder } from '../model-files.ts';
import type { Backend, Protocol } from './backend.ts';
import { createDockerBackend } from './docker/index.ts';
import { probe } from './exchange.ts';
import { openChannel } from './frames/channel.ts';
import { createKubernetesBackend } from './kubernetes/index.ts';
import { startLeased } from './leased-process.ts';
import { createServedBackend } from './served.ts';
import type { SessionSettings } from './session-worker.ts';
import { fetchV2Spec, UNKNOWN_SPEC } from './specs.ts';
import { addVenvPath } from './venv-path.ts';

interface ProcessBackendDeps {
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
function createProcessBackend(deps: ProcessBackendDeps): Backend {
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

/** Engines that this server has for containers; each null where it has none. */
export interface ContainerEngines {
  readonly docker: Executors['containers'];
  readonly kubernetes: Executors['workloads'];
}

export interface BackendsDeps {
  readonly models: ModelFiles;
  /** Environment variables of replicas that are processes on this machine, in addition to those of their variants. */
  readonly environment: Readonly<Record<string, string>>;
  /** Parent folder of the folders of these replicas. */
  readonly replicaFolder: string;
  readonly engines: ContainerEngines;
  /** Registries from which images may be pulled. */
  readonly registries: readonly string[];
}

/** A model version to serve, and its endpoint, project and environment. */
export interface ServedVariantFacts {
  readonly endpoint: string;
  readonly variant: Variant;
  readonly version: string;
  readonly project: string | null;
  readonly environment: string | null;
  /** Identity of a replica set: equal keys share one set. */
  readonly key: string;
  readonly startTimeoutMs: number;
}

/** Creates the backend of a variant. Errors: those of the artifacts, `endpoint_model_unusable`, `executor_unknown`. */
export async function createBackend(deps: BackendsDeps, served: ServedVariantFacts): Promise<Backend> {
  const { model, container } = served.variant;
  const found = await deps.models.fetch(model, served.version);
  return container === undefined
    ? createMachineBackend(deps, served, found)
    : createContainerBackend(deps, served, container, found);
}

async function createMachineBackend(
  deps: BackendsDeps,
  { variant, version }: ServedVariantFacts,
  found: ModelFolder,
): Promise<Backend> {
  const { model, env, resources, process: server } = variant;
  const environment = { ...deps.environment, ...env };
  const limits = { cpus: resources.cpu ?? null, memoryBytes: resources.memory ?? null };
  const common = { folder: deps.replicaFolder, environment, limits };
  if (server === undefined) return createOnnxBackend({ ...common, model, version, file: await findOnnxFile(found) });
  const { command, protocol, modelName = model } = server;
  const [program = '', ...words] = command;
  return createProcessBackend({
    ...common,
    protocol,
    modelName,
    command: [program, ...words],
    modelFolder: found.folder,
    modelSpec: found.mlModel?.spec ?? UNKNOWN_SPEC,
  });
}

function createContainerBackend(
  { engines, registries }: BackendsDeps,
  served: ServedVariantFacts,
  server: ContainerServer,
  found: ModelFolder,
): Backend | Promise<Backend> {
  const { model, env, resources, backend } = served.variant;
  const common = {
    server,
    modelName: server.modelName ?? model,
    modelFolder: found.folder,
    modelSpec: found.mlModel?.spec ?? UNKNOWN_SPEC,
    environment: env,
    resources,
    labels: buildLabels(served),
    registries,
  };
  if (backend === 'kubernetes' && engines.kubernetes !== null) {
    return createKubernetesBackend({ ...common, served, workloads: engines.kubernetes });
  }
  if (engines.docker === null) throw new Error('an endpoint with containers was accepted without an executor for them');
  return createDockerBackend({ ...common, containers: engines.docker });
}

/** Keys as in a subject. */
function buildLabels({ endpoint, variant, version, project, environment }: ServedVariantFacts): Record<string, string> {
  return {
    endpoint,
    model: variant.model,
    modelVersion: version,
    ...(project === null ? {} : { project }),
    ...(environment === null ? {} : { environment }),
  };
}

interface OnnxBackendDeps {
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
function createOnnxBackend({ model, version, file, folder, environment, limits }: OnnxBackendDeps): Backend {
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
