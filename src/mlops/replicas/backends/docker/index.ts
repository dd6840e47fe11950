import type { ContainerServer, Variant } from '../../../endpoint-spec/schema.ts';
import type { Executors } from '../../../executors/index.ts';
import type { ModelSpec } from '../../../inference/index.ts';
import type { Backend } from '../backend.ts';
import { fillWords, MODEL_FOLDER } from '../container-words.ts';
import { explainNotPulled } from '../registries.ts';
import { createServedBackend } from '../served.ts';

export interface DockerBackendDeps {
  readonly containers: NonNullable<Executors['containers']>;
  readonly server: ContainerServer;
  readonly modelName: string;
  /** The artifacts of the version on this machine. */
  readonly modelFolder: string;
  readonly modelSpec: ModelSpec;
  /** Environment variables of the variant only; none of this machine are passed on. */
  readonly environment: Readonly<Record<string, string>>;
  readonly resources: Variant['resources'];
  /** Labels that identify the owner and purpose of the container; the engine stores them. */
  readonly labels: Readonly<Record<string, string>>;
  /** Registries from which images may be pulled. */
  readonly registries: readonly string[];
}

/** Copies of a server in containers of a Docker Engine, each on a lease of this server's. */
export function createDockerBackend(deps: DockerBackendDeps): Backend {
  const { containers, server, modelName, modelFolder, modelSpec, resources, labels, registries } = deps;
  const { command, args } = fillWords(server);
  const has = server.artifacts ? { MODEL: MODEL_FOLDER } : {};
  return {
    ...createServedBackend({ protocol: server.protocol, modelName, modelFolder, modelSpec }),
    start: (id) =>
      containers.start({
        id,
        image: server.image,
        notFetched: explainNotPulled(server.image, registries),
        command,
        args,
        environment: { ...deps.environment, PORT: String(server.port), ...has },
        resources: {
          cpus: resources.cpu ?? null,
          memoryBytes: resources.memory ?? null,
          gpus: { count: resources.gpu?.count ?? 0, model: resources.gpu?.model ?? null },
        },
        labels,
        files: server.artifacts ? { folder: modelFolder, path: MODEL_FOLDER } : null,
        port: server.port,
        graceMs: server.grace,
      }),
  };
}
