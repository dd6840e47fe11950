import type { WorkPlace } from '../../../compute/index.ts';
import type { OnKubernetes, Variant } from '../../../endpoint-spec/schema.ts';
import type { Executors } from '../../../executors/index.ts';
import type { Backend, HeldResource } from '../backend.ts';
import { fillWords, MODEL_FOLDER } from '../container-words.ts';
import type { DockerBackendDeps } from '../docker/index.ts';
import { explainNotPulled } from '../registries.ts';
import { buildReadyPath, createServedBackend } from '../served.ts';

type Workloads = NonNullable<Executors['workloads']>;

export interface KubernetesBackendDeps extends Omit<DockerBackendDeps, 'containers'> {
  readonly workloads: Workloads;
  readonly served: {
    readonly endpoint: string;
    readonly key: string;
    readonly startTimeoutMs: number;
    readonly variant: Pick<Variant, 'kubernetes'>;
  };
}

/** Copies of a server in pods of a cluster, which keeps them while this server is away. Errors: those of `Workloads.open`. */
export async function createKubernetesBackend(deps: KubernetesBackendDeps): Promise<Backend> {
  const { server, modelName, modelFolder, modelSpec, resources } = deps;
  const workload = await deps.workloads.open(buildWorkload(deps));
  return {
    ...createServedBackend({ protocol: server.protocol, modelName, modelFolder, modelSpec }),
    isPlacedLater: true,
    keep: (copies) => workload.keep(copies),
    start: (id, { placed, ...wait }) =>
      workload.take(id, { ...wait, placed: (place) => placed(selectHeldResource(place, resources)) }),
  };
}

function buildWorkload(deps: KubernetesBackendDeps): Parameters<Workloads['open']>[0] {
  const { server, modelName, modelFolder, resources, served } = deps;
  const on: Partial<OnKubernetes> = served.variant.kubernetes ?? {};
  const { nodeSelector = {}, tolerations = [], spot = false, serviceAccount, priorityClass } = on;
  const { command, args } = fillWords(server);
  return {
    key: served.key,
    title: served.endpoint,
    image: server.image,
    notFetched: explainNotPulled(server.image, deps.registries),
    command,
    args,
    environment: {
      ...deps.environment,
      PORT: String(server.port),
      ...(server.artifacts ? { MODEL: MODEL_FOLDER } : {}),
    },
    resources: {
      cpus: resources.cpu ?? null,
      memoryBytes: resources.memory ?? null,
      gpus: { count: resources.gpu?.count ?? 0, model: resources.gpu?.model ?? null },
      instance: parseInstance(resources.instance),
      spot,
    },
    labels: deps.labels,
    files: server.artifacts ? { folder: modelFolder, path: MODEL_FOLDER } : null,
    port: server.port,
    readyPath: buildReadyPath[server.protocol](modelName),
    startTimeoutMs: served.startTimeoutMs,
    graceMs: server.grace,
    placement: {
      nodeSelector,
      tolerations,
      serviceAccount: serviceAccount ?? null,
      priorityClass: priorityClass ?? null,
    },
    kind: on.kserve === true ? 'inferenceService' : 'deployment',
  };
}

const ANY_MACHINE = 'machine';

/**
 * The instance type of nodes that a key of the price book names; null where it names none. Examples: `g5.xlarge@eu-west-1` -> `g5.xlarge`;
 * `machine` and `gpu:H100` -> null.
 */
export function parseInstance(resource: string): string | null {
  if (resource === ANY_MACHINE || /[:/]/.test(resource)) return null;
  return resource.split('@')[0] ?? null;
}

/**
 * Node share that a replica is priced by. Null, so that the price of the variant applies: the variant names an instance or
 * GPUs, the node is unknown, or it is a spot node, which has no fixed instance price.
 * Example: half of a `m5.large` in `eu-west-1` -> `m5.large@eu-west-1`, 0.5.
 */
export function selectHeldResource(
  place: WorkPlace | null,
  { instance, gpu }: Variant['resources'],
): HeldResource | null {
  if (instance !== ANY_MACHINE || gpu !== undefined) return null;
  if (place === null || place.instance === null || place.spot) return null;
  const { instance: type, region, share } = place;
  return { resource: region === null ? type : `${type}@${region}`, quantity: String(share) };
}
