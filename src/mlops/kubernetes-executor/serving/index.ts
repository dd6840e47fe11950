import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../../../platform/telemetry/index.ts';
import type { WorkloadKind, WorkloadSpec, Workloads } from '../../compute/index.ts';
import { type Cluster, connect } from '../cluster.ts';
import type { WorkspaceDoor } from '../door.ts';
import { listAll } from '../list.ts';
import { findPlace, listNodes } from '../nodes.ts';
import { Keeper, Pod } from '../objects.ts';
import { maySeeNodes } from '../permissions.ts';
import { findProducts } from '../placement.ts';
import { buildSelector, type WatchedObjects, watch } from '../watched.ts';
import { buildKeeperPath, createKeeper } from './keeper.ts';
import { buildWorkloadName, FACTS, hashFacts, REPLICA, SERVER, SERVING, WORKLOAD } from './names.ts';
import { isOver } from './pod-state.ts';
import { byAddress, type Reach, reachByProxy } from './reach.ts';
import { checkRights, hasKserve } from './rights.ts';
import { createWorkload, type SharedWorkload } from './workload.ts';

export interface WorkloadsDeps {
  /** Path of a kubeconfig file, or `in-cluster`. */
  readonly kubeconfig: string;
  readonly namespace: string;
  readonly agentImage: string;
  /** This server's address as pods reach it. */
  readonly publicUrl: string;
  readonly nodes: 'fixed' | 'growing';
  /** Route of requests to replicas: the address of their pod, or the API server's proxy. */
  readonly replicaAddress: 'pod' | 'proxy';
  readonly door: Pick<WorkspaceDoor, 'lend' | 'takeBack'>;
  /** The data folder. */
  readonly folder: string;
  /** Permanent id of this server. Workloads left by an earlier process are found by it. */
  readonly server: string;
  readonly log: Log;
}

export interface OpenedWorkloads extends Workloads, AsyncDisposable {}

interface OpenedCluster {
  readonly deps: WorkloadsDeps;
  readonly cluster: Cluster;
  readonly pods: WatchedObjects<Pod>;
  readonly seesNodes: boolean;
  readonly reach: Reach;
}

/**
 * Opens the serving workloads of a cluster. Checks the server's permissions first. Errors: `config_invalid`,
 * `executor_denied`, `executor_unreachable`.
 */
export async function openWorkloads(deps: WorkloadsDeps): Promise<OpenedWorkloads> {
  const { namespace, server, replicaAddress, log } = deps;
  const cluster = await connect(deps.kubeconfig);
  const asked = { cluster, namespace, isProxied: replicaAddress === 'proxy' };
  const labels = { ...SERVING, [SERVER]: server };
  const shared = new Map<string, SharedWorkload>();
  let opened: OpenedCluster;
  try {
    await checkRights(asked, 'deployment');
    const seesNodes = await maySeeNodes(cluster);
    const changed = () => {
      for (const each of shared.values()) each.look();
    };
    const path = `/api/v1/namespaces/${namespace}/pods`;
    const pods = watch({ cluster, path, parse: Pod, labels, changed, log });
    const folder = join(deps.folder, 'sockets');
    const reach = replicaAddress === 'proxy' ? reachByProxy({ cluster, namespace, folder }) : byAddress;
    opened = { deps, cluster, pods, seesNodes, reach };
  } catch (error) {
    cluster[Symbol.dispose]();
    throw error;
  }
  const digestOf = (key: string) => hashFacts([server, key, deps.publicUrl, deps.agentImage]);

  async function retain(keys: ReadonlySet<string>, isLast = false): Promise<void> {
    const kinds: WorkloadKind[] = (await hasKserve(cluster)) ? ['deployment', 'inferenceService'] : ['deployment'];
    const stays = new Set([...keys].map(digestOf));
    for (const kind of kinds) {
      for (const { name, annotations } of await listKeepers(opened, kind)) {
        if (stays.has(annotations[FACTS] ?? '') || (shared.get(name)?.isWanted() === true && !isLast)) continue;
        shared.get(name)?.[Symbol.dispose]();
        shared.delete(name);
        const body = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background' };
        await cluster.call({ method: 'DELETE', path: `${buildKeeperPath(kind, namespace)}/${name}`, body });
        deps.door.takeBack(name);
        await rm(buildKeyFilePath(deps, name), { force: true });
      }
    }
  }

  return {
    check: (kind) => checkRights(asked, kind),
    async open(spec) {
      if (spec.kind !== 'deployment') await checkRights(asked, spec.kind);
      await opened.pods.listed;
      const facts = digestOf(spec.key);
      const name = buildWorkloadName(spec.title, facts);
      const found = shared.get(name) ?? make(opened, { name, facts, spec });
      shared.set(name, found);
      return found.join();
    },
    retain: (keys) => retain(keys),
    async taken() {
      await opened.pods.listed;
      return opened.pods.all().flatMap((pod) => (isOver(pod) ? [] : (pod.metadata.annotations[REPLICA] ?? [])));
    },
    async [Symbol.asyncDispose]() {
      // Serving pods are unreachable after their server has ended.
      await retain(new Set(), true).catch((error: unknown) =>
        log.warn(
          { err: error, server },
          'cannot remove workloads on Kubernetes; they are removed at the next start of this server',
        ),
      );
      for (const each of shared.values()) each[Symbol.dispose]();
      await opened.pods[Symbol.asyncDispose]();
      cluster[Symbol.dispose]();
    },
  };
}

/** Objects that keep pods of this server now, including those of earlier processes. */
async function listKeepers({ deps: { namespace, server }, cluster }: OpenedCluster, kind: WorkloadKind) {
  const query = { labelSelector: buildSelector({ ...SERVING, [SERVER]: server }) };
  const items = await listAll(cluster, buildKeeperPath(kind, namespace), query);
  return items.map((item) => Keeper.pick({ metadata: true }).parse(item).metadata);
}

/** Key file that signs the URLs of its files, kept over restarts. */
const buildKeyFilePath = ({ folder }: Pick<WorkloadsDeps, 'folder'>, name: string) => join(folder, `${name}.key`);

interface WorkloadFacts {
  readonly name: string;
  readonly facts: string;
  readonly spec: WorkloadSpec;
}

function make(
  { deps, cluster, pods, seesNodes, reach }: OpenedCluster,
  { name, facts, spec }: WorkloadFacts,
): SharedWorkload {
  const { namespace, server, agentImage, publicUrl, log, door } = deps;
  const nodes = async () => (seesNodes ? listNodes(cluster) : null);
  const model = spec.resources.gpus.model;
  const keyFile = buildKeyFilePath(deps, name);
  const { files, kind } = spec;
  const lend = async () => {
    if (files === null) return null;
    return publicUrl.replace(/\/$/, '') + (await door.lend({ id: name, folder: files.folder, keyFile }));
  };
  // Pods of a server before this one may be about to fetch.
  lend().catch((error: unknown) => log.error({ err: error, workload: name }, 'pods cannot fetch their files'));
  const manifest = async () => {
    const seen = model === null ? null : await nodes();
    return {
      name,
      server,
      spec,
      facts,
      agentImage,
      gpuProducts: seen === null ? null : findProducts(seen, model ?? ''),
    };
  };
  const keeper = createKeeper({ cluster, namespace, kind, name, manifest, filesAddress: lend });
  return createWorkload({
    ...{ cluster, namespace, log, spec, keeper, reach },
    pods: () => pods.all().filter(({ metadata }) => metadata.labels[WORKLOAD] === name),
    fixedNodes: async () => (deps.nodes === 'fixed' ? nodes() : null),
    async placeOf({ spec: { nodeName } }) {
      return seesNodes && nodeName !== undefined ? findPlace(cluster, nodeName, spec.resources) : null;
    },
  });
}
