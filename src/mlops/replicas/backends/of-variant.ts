import type { ContainerServer, Variant } from '../../endpoint-spec/schema.ts';
import type { Executors } from '../../executors/index.ts';
import { type ModelFiles, type ModelFolder, onnxFileOf } from '../model-files.ts';
import type { Backend } from './backend.ts';
import { dockerBackend } from './docker/index.ts';
import { kubernetesBackend } from './kubernetes/index.ts';
import { onnxBackend } from './onnx.ts';
import { processBackend } from './process.ts';
import { UNKNOWN_SPEC } from './specs.ts';

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
export interface Served {
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
export async function backendOf(deps: BackendsDeps, served: Served): Promise<Backend> {
  const { model, container } = served.variant;
  const found = await deps.models.fetch(model, served.version);
  return container === undefined ? onThisMachine(deps, served, found) : inContainers(deps, served, container, found);
}

async function onThisMachine(deps: BackendsDeps, { variant, version }: Served, found: ModelFolder): Promise<Backend> {
  const { model, env, resources, process: server } = variant;
  const environment = { ...deps.environment, ...env };
  const limits = { cpus: resources.cpu ?? null, memoryBytes: resources.memory ?? null };
  const common = { folder: deps.replicaFolder, environment, limits };
  if (server === undefined) return onnxBackend({ ...common, model, version, file: await onnxFileOf(found) });
  const { command, protocol, modelName = model } = server;
  const [program = '', ...words] = command;
  return processBackend({
    ...common,
    protocol,
    modelName,
    command: [program, ...words],
    modelFolder: found.folder,
    modelSpec: found.mlModel?.spec ?? UNKNOWN_SPEC,
  });
}

function inContainers(
  { engines, registries }: BackendsDeps,
  served: Served,
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
    labels: labelsOf(served),
    registries,
  };
  if (backend === 'kubernetes' && engines.kubernetes !== null) {
    return kubernetesBackend({ ...common, served, workloads: engines.kubernetes });
  }
  if (engines.docker === null) throw new Error('an endpoint with containers was accepted without an executor for them');
  return dockerBackend({ ...common, containers: engines.docker });
}

/** Keys as in a subject. */
function labelsOf({ endpoint, variant, version, project, environment }: Served): Record<string, string> {
  return {
    endpoint,
    model: variant.model,
    modelVersion: version,
    ...(project === null ? {} : { project }),
    ...(environment === null ? {} : { environment }),
  };
}
