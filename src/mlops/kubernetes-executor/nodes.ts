import type { Resources, WorkPlace } from '../compute/index.ts';
import type { Cluster } from './cluster.ts';
import { listAll } from './list.ts';
import { Node } from './objects.ts';
import { computeShare, GPU_PRODUCT, INSTANCE, isSpot } from './placement.ts';

/** All nodes of the cluster. */
export async function listNodes(cluster: Cluster): Promise<Node[]> {
  return (await listAll(cluster, '/api/v1/nodes')).map((item) => Node.parse(item));
}

/**
 * Location of a pod on this node, and the share of the node that its request takes. Null: the node no longer exists.
 */
export async function findPlace(cluster: Cluster, name: string, resources: Resources): Promise<WorkPlace | null> {
  const { status, body } = await cluster.call({ method: 'GET', path: `/api/v1/nodes/${name}` });
  return status === 404 ? null : toPlace(Node.parse(body), resources);
}

function toPlace(node: Node, resources: Resources): WorkPlace {
  const { name, labels } = node.metadata;
  return {
    node: name,
    instance: labels[INSTANCE] ?? null,
    region: labels['topology.kubernetes.io/region'] ?? null,
    zone: labels['topology.kubernetes.io/zone'] ?? null,
    gpuModel: labels[GPU_PRODUCT] ?? null,
    spot: isSpot(labels),
    share: computeShare(node, resources),
  };
}
