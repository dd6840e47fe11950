import type { ContainerServer, Variant } from '../../endpoint-spec/schema.ts';
import type { Executors } from '../../executors/index.ts';
import { findOnnxFile, type ModelFiles, type ModelFolder } from '../model-files.ts';
import type { Backend } from './backend.ts';
import { createDockerBackend } from './docker/index.ts';
import { createKubernetesBackend } from './kubernetes/index.ts';
import { createOnnxBackend } from './onnx.ts';
import { createProcessBackend } from './process.ts';
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
