import { setImmediate as turn } from 'node:timers/promises';
import { WHOLE_GPU_MILLI } from './lower-bound.ts';

export interface PackNode {
  readonly name: string;
  readonly cpuMilli: number;
  readonly memoryMib: number;
  readonly gpus: number;
  /** Model of its GPUs; null if unknown. */
  readonly model: string | null;
}

export interface PackPod {
  readonly name: string;
  readonly cpuMilli: number;
  readonly memoryMib: number;
  readonly gpus: number;
  /** Share of each of its GPUs, in thousandths; below 1000 it shares one. */
  readonly gpuMilli: number;
  /** Allowed models; null: any. */
  readonly models: readonly string[] | null;
}

export interface Placement {
  /** Places of the pod and of the node in their lists. */
  readonly pod: number;
  readonly node: number;
  /** Which of the node's GPUs, from 0. */
  readonly gpus: readonly number[];
}

export interface PlacedPods {
  readonly placements: readonly Placement[];
  /** Indexes of the pods that fit on no node. */
  readonly unplaced: readonly number[];
  /** Free share of each GPU, in thousandths, by node. */
  readonly freeMilli: readonly (readonly number[])[];
}

/** Free capacity of a node. */
export interface Space extends PackNode {
  cpuLeft: number;
  memoryLeft: number;
  readonly free: number[];
  freeMilli: number;
  wholeFree: number;
}

/** Score of a node for a pod: less is better, by `first`, then by `second`. */
interface Score {
  first: number;
  second: number;
}

/**
 * Penalty of one whole free GPU on the node, relative to an imbalance of 0..1: several whole free GPUs on one node can serve
 * larger pods.
 */
const WHOLE_GPU_WEIGHT = 0.05;
/** Number of pods between two yields to other requests. */
const PODS_A_TURN = 50;

/**
 * Chooses a node for a pod among those on which CPU, memory and GPUs suffice.
 * - `balanced`: a share goes to the GPU that it leaves least free; among those, and for whole GPUs, to the node whose CPU and GPUs are then
 *   left in the most even shares, because a lack of one strands the other. Pods without GPU go to nodes without, the fullest first.
 * - `best`: the GPU, then the node, that the pod leaves least free: GPUs first, then CPU.
 * - `first`: the first node of the list, and its first GPUs.
 */
export type Fit = 'balanced' | 'best' | 'first';

/** Places pods one after the other in the order given (places in the list of pods): a pod that is placed is not moved again. */
export async function placePods(
  nodes: readonly PackNode[],
  pods: readonly PackPod[],
  fit: Fit = 'balanced',
  order: readonly number[] = pods.map((_, index) => index),
): Promise<PlacedPods> {
  const spaces = nodes.map(createSpace);
  const placements: Placement[] = [];
  const unplaced: number[] = [];
  for (const [done, index] of order.entries()) {
    if (done % PODS_A_TURN === PODS_A_TURN - 1) await turn();
    const pod = pods[index];
    if (pod === undefined) continue;
    const node = findBestNode(spaces, pod, fit);
    const space = node === null ? undefined : spaces[node];
    if (node === null || space === undefined) unplaced.push(index);
    else placements.push({ pod: index, node, gpus: take(space, pod, fit) });
  }
  return { placements, unplaced, freeMilli: spaces.map(({ free }) => free) };
}

export function createSpace(node: PackNode): Space {
  return {
    ...node,
    cpuLeft: node.cpuMilli,
    memoryLeft: node.memoryMib,
    free: Array.from({ length: node.gpus }, () => WHOLE_GPU_MILLI),
    freeMilli: node.gpus * WHOLE_GPU_MILLI,
    wholeFree: node.gpus,
  };
}

/** One score is written over for every node: hundreds of millions of them would else be thrown away. */
export function findBestNode(spaces: readonly Space[], pod: PackPod, fit: Fit): number | null {
  let best: number | null = null;
  const least = { first: 0, second: 0 };
  const score = { first: 0, second: 0 };
  for (const [node, space] of spaces.entries()) {
    if (space.cpuLeft < pod.cpuMilli || space.memoryLeft < pod.memoryMib || !scorePlacement(space, pod, fit, score))
      continue;
    if (fit === 'first') return node;
    const worse = score.first > least.first || (score.first === least.first && score.second >= least.second);
    if (best !== null && worse) continue;
    best = node;
    least.first = score.first;
    least.second = score.second;
  }
  return best;
}

/** False if the GPUs of the node are insufficient, or of a different model. */
function scorePlacement(space: Space, pod: PackPod, fit: Fit, score: Score): boolean {
  if (pod.gpus === 0) {
    score.first = space.gpus;
    score.second = space.cpuLeft - pod.cpuMilli;
    return true;
  }
  if (pod.models !== null && (space.model === null || !pod.models.includes(space.model))) return false;
  const gpu = isShare(pod) ? findTightestGpu(space.free, pod.gpuMilli) : null;
  if (isShare(pod) ? gpu === null : space.wholeFree < pod.gpus) return false;
  if (fit === 'balanced') scoreBalance(space, pod, gpu, score);
  else {
    score.first = gpu === null ? space.wholeFree - pod.gpus : (space.free[gpu] ?? 0) - pod.gpuMilli;
    score.second = space.cpuLeft - pod.cpuMilli;
  }
  return true;
}

function scoreBalance(space: Space, pod: PackPod, gpu: number | null, score: Score): void {
  const uneven = computeImbalance(space, pod);
  score.first =
    gpu === null ? uneven + (space.wholeFree - pod.gpus) * WHOLE_GPU_WEIGHT : (space.free[gpu] ?? 0) - pod.gpuMilli;
  score.second = gpu === null ? 0 : uneven;
}

function isShare({ gpus, gpuMilli }: PackPod): boolean {
  return gpus === 1 && gpuMilli < WHOLE_GPU_MILLI;
}

/** The GPU with the least free share after placement; null if the share fits on none. */
function findTightestGpu(free: readonly number[], share: number): number | null {
  let best: number | null = null;
  let least = WHOLE_GPU_MILLI + 1;
  for (let gpu = 0; gpu < free.length; gpu += 1) {
    const left = free[gpu] ?? 0;
    if (left < share || left >= least) continue;
    best = gpu;
    least = left;
  }
  return best;
}

/** Difference between the remaining shares of CPU and of GPUs of the node with the pod on it, 0 to 1. */
function computeImbalance({ cpuLeft, cpuMilli, freeMilli, gpus }: Space, pod: PackPod): number {
  const gpuShare = (freeMilli - pod.gpus * pod.gpuMilli) / (gpus * WHOLE_GPU_MILLI);
  return Math.abs((cpuLeft - pod.cpuMilli) / cpuMilli - gpuShare);
}

/** Which GPUs it takes. */
export function take(space: Space, pod: PackPod, fit: Fit): number[] {
  const gpus = isShare(pod) ? [chooseGpu(space.free, pod.gpuMilli, fit)] : findFreeGpus(space.free, pod.gpus);
  takeGpus(space, pod, gpus);
  return gpus;
}

/** Places a pod on GPUs of a node; the caller has checked that they suffice. */
export function takeGpus(space: Space, pod: PackPod, gpus: readonly number[]): void {
  space.cpuLeft -= pod.cpuMilli;
  space.memoryLeft -= pod.memoryMib;
  for (const gpu of gpus) {
    if (space.free[gpu] === WHOLE_GPU_MILLI) space.wholeFree -= 1;
    space.free[gpu] = (space.free[gpu] ?? 0) - pod.gpuMilli;
    space.freeMilli -= pod.gpuMilli;
  }
}

/** Takes a pod off its node. */
export function removePod(space: Space, pod: PackPod, gpus: readonly number[]): void {
  space.cpuLeft += pod.cpuMilli;
  space.memoryLeft += pod.memoryMib;
  for (const gpu of gpus) {
    space.free[gpu] = (space.free[gpu] ?? 0) + pod.gpuMilli;
    space.freeMilli += pod.gpuMilli;
    if (space.free[gpu] === WHOLE_GPU_MILLI) space.wholeFree += 1;
  }
}

function chooseGpu(free: readonly number[], share: number, fit: Fit): number {
  return (fit === 'first' ? free.findIndex((left) => left >= share) : findTightestGpu(free, share)) ?? 0;
}

function findFreeGpus(free: readonly number[], count: number): number[] {
  return free.flatMap((left, gpu) => (left === WHOLE_GPU_MILLI ? [gpu] : [])).slice(0, count);
}
