import { setImmediate as turn } from 'node:timers/promises';
import { WHOLE_GPU_MILLI } from './lower-bound.ts';
import {
  createSpace,
  findBestNode,
  type PackNode,
  type PackPod,
  type PlacedPods,
  type Placement,
  removePod,
  type Space,
  take,
  takeGpus,
} from './place-pods.ts';

/** Nodes that are tried for a pod, those with the least to move first. */
const MOST_TRIES = 8;

interface State {
  readonly pods: readonly PackPod[];
  readonly spaces: readonly Space[];
  /** By place of the pod. */
  readonly placed: Map<number, Placement>;
  /** Places of the pods on each node. */
  readonly onNode: readonly Set<number>[];
}

/**
 * Places unplaced pods, the largest first, by moving smaller ones to other nodes. No pod that had a place loses it, so that the result is never
 * worse than the plan. Example: two nodes of 8 GPUs with a pod of 1 GPU on each, and a pod of 8 without a place: both small pods go to one node.
 */
export async function makeRoom(
  nodes: readonly PackNode[],
  pods: readonly PackPod[],
  { placements, unplaced }: PlacedPods,
): Promise<PlacedPods> {
  const spaces = nodes.map(createSpace);
  const state: State = { pods, spaces, placed: new Map(), onNode: nodes.map(() => new Set<number>()) };
  for (const placement of placements) put(state, placement);
  const left: number[] = [];
  const order = unplaced.toSorted((a, b) => measurePod(pods[b]) - measurePod(pods[a]) || a - b);
  for (const index of order) {
    await turn();
    if (!placeByMoving(state, index)) left.push(index);
  }
  return {
    placements: [...state.placed.values()],
    unplaced: left.toSorted((a, b) => a - b),
    freeMilli: spaces.map(({ free }) => free),
  };
}

/** GPUs count before CPU. */
function measurePod(pod: PackPod | undefined): number {
  return pod === undefined ? 0 : pod.gpus * pod.gpuMilli * 1e9 + pod.cpuMilli;
}

function put(state: State, placement: Placement): void {
  const [pod, space] = [state.pods[placement.pod], state.spaces[placement.node]];
  if (pod === undefined || space === undefined) return;
  takeGpus(space, pod, placement.gpus);
  state.placed.set(placement.pod, placement);
  state.onNode[placement.node]?.add(placement.pod);
}

function remove(state: State, index: number): Placement | undefined {
  const placement = state.placed.get(index);
  const [pod, space] = [state.pods[index], state.spaces[placement?.node ?? -1]];
  if (placement === undefined || pod === undefined || space === undefined) return undefined;
  removePod(space, pod, placement.gpus);
  state.placed.delete(index);
  state.onNode[placement.node]?.delete(index);
  return placement;
}

function placeByMoving(state: State, index: number): boolean {
  const pod = state.pods[index];
  if (pod === undefined) return false;
  const tries = state.spaces
    .flatMap((_, node) => {
      const moved = findBlockingPods(state, node, pod);
      return moved === null
        ? []
        : [{ node, moved, size: moved.reduce((sum, one) => sum + measurePod(state.pods[one]), 0) }];
    })
    .filter(({ size }) => size < measurePod(pod))
    .toSorted((a, b) => a.size - b.size);
  return tries.slice(0, MOST_TRIES).some(({ node, moved }) => swapIn(state, index, node, moved));
}

/** Pods of a node that must move so that another pod fits; null if that is not enough. */
function findBlockingPods(state: State, node: number, pod: PackPod): number[] | null {
  const space = state.spaces[node];
  if (space === undefined || space.cpuMilli < pod.cpuMilli || space.memoryMib < pod.memoryMib) return null;
  if (space.gpus < pod.gpus) return null;
  if (pod.gpus > 0 && pod.models !== null && !pod.models.includes(space.model ?? '')) return null;
  const moved = new Set<number>();
  let [cpuLeft, memoryLeft] = [space.cpuLeft, space.memoryLeft];
  const free = [...space.free];
  const move = (index: number): void => {
    const [other, placement] = [state.pods[index], state.placed.get(index)];
    if (other === undefined || placement === undefined || moved.has(index)) return;
    moved.add(index);
    cpuLeft += other.cpuMilli;
    memoryLeft += other.memoryMib;
    for (const gpu of placement.gpus) free[gpu] = (free[gpu] ?? 0) + other.gpuMilli;
  };
  const here = [...(state.onNode[node] ?? [])].toSorted(
    (a, b) => measurePod(state.pods[a]) - measurePod(state.pods[b]),
  );
  const needed = pod.gpus === 1 ? pod.gpuMilli : WHOLE_GPU_MILLI;
  const enough = () => free.filter((milli) => milli >= needed).length >= pod.gpus;
  // The GPUs that have least on them are emptied first.
  const emptiest = [...free.keys()]
    .filter((gpu) => (free[gpu] ?? 0) < needed)
    .toSorted((a, b) => (free[b] ?? 0) - (free[a] ?? 0));
  for (const gpu of emptiest) {
    for (const index of here) {
      if (enough() || (free[gpu] ?? 0) >= needed) break;
      if (state.placed.get(index)?.gpus.includes(gpu)) move(index);
    }
  }
  for (const index of here) {
    const [cpuShort, memoryShort] = [cpuLeft < pod.cpuMilli, memoryLeft < pod.memoryMib];
    const other = state.pods[index];
    if ((cpuShort && (other?.cpuMilli ?? 0) > 0) || (memoryShort && (other?.memoryMib ?? 0) > 0)) move(index);
  }
  return enough() && cpuLeft >= pod.cpuMilli && memoryLeft >= pod.memoryMib ? [...moved] : null;
}

/** Atomic: if one of the moved pods finds no other node, all changes are undone. */
function swapIn(state: State, index: number, node: number, moved: readonly number[]): boolean {
  const before = moved.flatMap((one) => remove(state, one) ?? []);
  const done: number[] = [];
  const space = state.spaces[node];
  const putBest = (one: number, onlyOn: number | null): boolean => {
    const pod = state.pods[one];
    const found = pod === undefined ? null : (onlyOn ?? findBestNode(state.spaces, pod, 'best'));
    const target = found === null ? undefined : state.spaces[found];
    if (pod === undefined || found === null || target === undefined) return false;
    const gpus = take(target, pod, 'best');
    removePod(target, pod, gpus);
    put(state, { pod: one, node: found, gpus });
    done.push(one);
    return true;
  };
  const largestFirst = moved.toSorted((a, b) => measurePod(state.pods[b]) - measurePod(state.pods[a]));
  if (space !== undefined && putBest(index, node) && largestFirst.every((one) => putBest(one, null))) return true;
  for (const one of done) remove(state, one);
  for (const placement of before) put(state, placement);
  return false;
}
