import { findPlacementFault } from './check-placement.ts';
import { computeGpuLowerBound, WHOLE_GPU_MILLI } from './lower-bound.ts';
import { packPods } from './pack-pods.ts';
import { type PackNode, type PackPod, type PlacedPods, placePods } from './place-pods.ts';

/** A node for pods; its capacity excludes the pods of every node (DaemonSets). */
export interface HostNode extends PackNode {
  /** Maximum number of pods; null: unknown. */
  readonly mostPods: number | null;
}

export interface HostedPod extends PackPod {
  /** Index of its node in the list. */
  readonly node: number;
  /** Pods of one workload that are on two nodes or more stay on at least two. */
  readonly workload: string;
  /** The pod cannot move, so its node stays. */
  readonly isFixed: boolean;
}

export interface FewerNodes {
  /** Names of nodes that nothing would be left on, the emptiest first. */
  readonly freed: readonly string[];
  /** New nodes of their pods. */
  readonly moves: readonly { readonly pod: string; readonly from: string; readonly to: string }[];
}

/**
 * Selects the nodes that can be emptied: as many of the emptiest nodes as possible whose pods all fit on the other nodes,
 * while the pods of those nodes do not move. It respects CPU, memory, whole GPUs and the number of pods; an invalid
 * placement is a bug and throws. It does not try to free more nodes by moving the remaining pods.
 */
export async function selectEmptiedNodes(
  nodes: readonly HostNode[],
  pods: readonly HostedPod[],
  most = Number.POSITIVE_INFINITY,
): Promise<FewerNodes> {
  const load = nodes.map((node, index) =>
    measureLoad(
      node,
      pods.filter((pod) => pod.node === index),
    ),
  );
  const fixed = new Set(pods.flatMap(({ node, isFixed }) => (isFixed ? [node] : [])));
  const order = nodes
    .flatMap((_, index) => (fixed.has(index) ? [] : [index]))
    .toSorted((a, b) => (load[a] ?? 0) - (load[b] ?? 0) || a - b);
  const planOf = (freed: readonly number[]) => planWithout(nodes, pods, freed);
  let best: Plan = { freed: [], moves: [] };
  let [least, tooMany] = [0, Math.min(nodes.length, order.length + 1, most + 1)];
  while (tooMany - least > 1) {
    const count = Math.floor((least + tooMany) / 2);
    const plan = await planOf(order.slice(0, count));
    if (plan === null) tooMany = count;
    else [least, best] = [count, plan];
  }
  // If one of the next nodes cannot be emptied, another may be.
  for (const next of order.slice(least, least + MOST_TRIES)) {
    if (best.freed.length >= Math.min(most, nodes.length - 1)) break;
    best = (await planOf([...best.freed, next])) ?? best;
  }
  return { freed: best.freed.map((index) => nodes[index]?.name ?? ''), moves: best.moves };
}

/** Maximum number of tries; each places all moved pods. */
const MOST_TRIES = 64;

interface Plan extends Pick<FewerNodes, 'moves'> {
  /** Indexes of nodes. */
  readonly freed: readonly number[];
}

/** Largest requested share among CPU, memory and GPUs. */
function measureLoad(node: PackNode, own: readonly PackPod[]): number {
  const sum = (of: (pod: PackPod) => number) => own.reduce((total, pod) => total + of(pod), 0);
  return Math.max(
    sum(({ cpuMilli }) => cpuMilli) / Math.max(1, node.cpuMilli),
    sum(({ memoryMib }) => memoryMib) / Math.max(1, node.memoryMib),
    node.gpus === 0 ? 0 : sum(({ gpus }) => gpus) / node.gpus,
  );
}

async function planWithout(
  nodes: readonly HostNode[],
  pods: readonly HostedPod[],
  without: readonly number[],
): Promise<Plan | null> {
  const freed = new Set(without);
  const kept = nodes.flatMap((node, index) => (freed.has(index) ? [] : [{ node, index }]));
  const staying = pods.filter(({ node }) => !freed.has(node));
  const moving = pods
    .filter(({ node }) => freed.has(node))
    .toSorted((a, b) => measurePod(b, nodes) - measurePod(a, nodes) || a.name.localeCompare(b.name));
  const spaces = kept.map(({ node, index }) =>
    measureSpace(
      node,
      staying.filter((pod) => pod.node === index),
    ),
  );
  const plan = await placeAll(spaces, moving);
  if (plan === null) return null;
  const fault = findPlacementFault(spaces, moving, plan);
  if (fault !== null) throw new Error(`the plan does not hold: ${fault}`);
  const to = plan.placements.map(({ pod, node }) => ({ pod: moving[pod], node: kept[node] }));
  const after = new Map<HostedPod, number>(staying.map((pod) => [pod, pod.node]));
  for (const { pod, node } of to) if (pod !== undefined && node !== undefined) after.set(pod, node.index);
  if (!areFew(nodes, after) || !areApart(after)) return null;
  return {
    freed: without,
    moves: to.flatMap(({ pod, node }) =>
      pod === undefined || node === undefined
        ? []
        : [{ pod: pod.name, from: nodes[pod.node]?.name ?? '', to: node.node.name }],
    ),
  };
}

/** Tries the other placement methods if the first one leaves a pod unplaced; null if all do. */
async function placeAll(spaces: readonly PackNode[], moving: readonly PackPod[]): Promise<PlacedPods | null> {
  const balanced = await placePods(spaces, moving);
  if (balanced.unplaced.length === 0) return balanced;
  const { plan } = await packPods(spaces, moving);
  return plan.unplaced.length === 0 ? plan : null;
}

function measurePod(pod: HostedPod, nodes: readonly HostNode[]): number {
  const node = nodes[pod.node];
  return node === undefined ? 0 : measureLoad(node, [pod]);
}

function measureSpace(node: HostNode, own: readonly PackPod[]): PackNode {
  const less = (of: (pod: PackPod) => number) => own.reduce((sum, pod) => sum + of(pod), 0);
  return {
    ...node,
    cpuMilli: Math.max(0, node.cpuMilli - less(({ cpuMilli }) => cpuMilli)),
    memoryMib: Math.max(0, node.memoryMib - less(({ memoryMib }) => memoryMib)),
    gpus: Math.max(0, node.gpus - less(({ gpus }) => gpus)),
  };
}

function areFew(nodes: readonly HostNode[], after: ReadonlyMap<HostedPod, number>): boolean {
  const counts = new Map<number, number>();
  for (const node of after.values()) counts.set(node, (counts.get(node) ?? 0) + 1);
  return [...counts].every(([node, count]) => count <= (nodes[node]?.mostPods ?? Number.POSITIVE_INFINITY));
}

/** A workload on several nodes stays on several nodes: the loss of one node does not stop it. */
function areApart(after: ReadonlyMap<HostedPod, number>): boolean {
  return [...Map.groupBy(after.keys(), ({ workload }) => workload).values()].every((own) => {
    const before = new Set(own.map(({ node }) => node)).size;
    return before < 2 || new Set(own.map((pod) => after.get(pod))).size >= 2;
  });
}

/**
 * Lower bound of the number of nodes of any placement: the bound L2 of Martello and Toth, for CPU, memory and GPUs, as
 * shares of the largest node, rounded down to thousandths. At least 1 if there are pods.
 */
export function computeNodeLowerBound(nodes: readonly PackNode[], pods: readonly PackPod[]): number {
  const bound = (has: (node: PackNode) => number, asks: (pod: PackPod) => number) => {
    const most = Math.max(0, ...nodes.map(has));
    if (most === 0) return 0;
    const shares = pods.map((pod) => Math.min(WHOLE_GPU_MILLI, Math.floor((asks(pod) / most) * WHOLE_GPU_MILLI)));
    return computeGpuLowerBound(shares.filter((share) => share > 0));
  };
  return Math.max(
    pods.length === 0 ? 0 : 1,
    bound(
      ({ cpuMilli }) => cpuMilli,
      ({ cpuMilli }) => cpuMilli,
    ),
    bound(
      ({ memoryMib }) => memoryMib,
      ({ memoryMib }) => memoryMib,
    ),
    bound(
      ({ gpus }) => gpus,
      ({ gpus }) => gpus,
    ),
  );
}
