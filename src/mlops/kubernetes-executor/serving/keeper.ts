import { z } from 'zod';
import type { WorkloadKind } from '../../compute/index.ts';
import type { Cluster } from '../cluster.ts';
import { Keeper } from '../objects.ts';
import {
  buildDeployment,
  buildFilesSecret,
  buildInferenceService,
  buildService,
  type ServingManifestRequest,
} from './manifest.ts';

/** Object that keeps the pods of one workload: a Deployment, or an InferenceService. */
export interface PodKeeper {
  /** Sets the number of pods, and creates the object if it is missing and the number is above zero. */
  ensure(pods: number): Promise<void>;
  /** Reason why it could not create a pod, as Kubernetes reports it. Null: it could. */
  trouble(): Promise<string | null>;
}

interface KeeperRequest {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly manifest: () => Promise<ServingManifestRequest>;
  /** Where its pods fetch their files; null: they need none. */
  readonly filesAddress: () => Promise<string | null>;
  readonly kind: WorkloadKind;
  readonly name: string;
}

const KINDS = {
  deployment: { api: 'apps/v1', kind: 'Deployment', plural: 'deployments' },
  inferenceService: { api: 'serving.kserve.io/v1beta1', kind: 'InferenceService', plural: 'inferenceservices' },
} as const;

export const buildKeeperPath = (kind: WorkloadKind, namespace: string): string =>
  `/apis/${KINDS[kind].api}/namespaces/${namespace}/${KINDS[kind].plural}`;

const Made = z.object({ metadata: z.object({ uid: z.string() }) });
const Predictor = z.object({ spec: z.object({ predictor: z.object({ minReplicas: z.number().optional() }) }) });

export function createKeeper(request: KeeperRequest): PodKeeper {
  const { cluster, namespace, kind, name } = request;
  const path = buildKeeperPath(kind, namespace);
  const core = `/api/v1/namespaces/${namespace}`;
  const wordOf = (pods: number) =>
    kind === 'deployment' ? { replicas: pods } : { predictor: { minReplicas: pods, maxReplicas: pods } };
  let completed: string | null = null;
  const read = async () => {
    const { status, body } = await cluster.call({ method: 'GET', path: `${path}/${name}` });
    return status === 404 ? null : body;
  };

  /** Creates the objects that belong to it. They may exist already, from a server that was killed in between. */
  async function complete(uid: string): Promise<void> {
    if (completed === uid) return;
    const manifest = await request.manifest();
    const address = await request.filesAddress();
    const owner = { apiVersion: KINDS[kind].api, kind: KINDS[kind].kind, name, uid, blockOwnerDeletion: false };
    await cluster.call({ method: 'POST', path: `${core}/services`, body: buildService(manifest, owner) });
    if (address !== null) {
      await cluster.call({ method: 'POST', path: `${core}/secrets`, body: buildFilesSecret(manifest, owner, address) });
    }
    completed = uid;
  }

  async function make(pods: number): Promise<void> {
    const manifest = await request.manifest();
    const body = kind === 'deployment' ? buildDeployment(manifest, pods) : buildInferenceService(manifest, pods);
    const made = await cluster.call({ method: 'POST', path, body });
    // Another server created it meanwhile, or the earlier object is not deleted yet: the next poll shows which.
    if (made.status !== 409) await complete(Made.parse(made.body).metadata.uid);
  }

  return {
    async ensure(pods) {
      const found = await read();
      if (found === null) {
        if (pods > 0) await make(pods);
        return;
      }
      if (readPodCount(found, kind) !== pods) {
        await cluster.call({ method: 'PATCH', path: `${path}/${name}`, body: { spec: wordOf(pods) } });
      }
      await complete(Made.parse(found).metadata.uid);
    },
    async trouble() {
      const found = kind === 'deployment' ? await read() : null;
      if (found === null) return null;
      const failed = Keeper.parse(found).status.conditions.find(
        ({ type, status }) => type === 'ReplicaFailure' && status === 'True',
      );
      return failed?.message ?? null;
    },
  };
}

function readPodCount(found: unknown, kind: WorkloadKind): number {
  return kind === 'deployment'
    ? Keeper.parse(found).spec.replicas
    : (Predictor.parse(found).spec.predictor.minReplicas ?? 1);
}
