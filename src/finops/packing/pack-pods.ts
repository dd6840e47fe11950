import { makeRoom } from './make-room.ts';
import { type Fit, type PackNode, type PackPod, type PlacedPods, placePods } from './place-pods.ts';

/** Size of a plan: the figures by which plans are compared, in this order. Less is better. */
export interface PlanSize {
  readonly unplacedPods: number;
  /** Requested GPUs of these pods, in thousandths. */
  readonly unplacedMilli: number;
  /** Nodes with at least one pod. */
  readonly usedNodes: number;
}

export interface Packed {
  readonly plan: PlacedPods;
  /** Best fit in the order of the list. */
  readonly bestFit: PlacedPods;
  /** First fit, large pods first. */
  readonly firstFitDecreasing: PlacedPods;
}

/** With more unplaced pods the cluster is too small, and moving pods would take long with little gain. */
const MOST_TO_MAKE_ROOM_FOR = 200;

/** Packing methods in addition to the two baselines. */
const WAYS: readonly { readonly fit: Fit; readonly isLargestFirst: boolean }[] = [
  { fit: 'balanced', isLargestFirst: true },
  { fit: 'best', isLargestFirst: true },
  { fit: 'balanced', isLargestFirst: false },
];

/**
 * Packs a list of pods that is known in advance. It takes the best of: large pods first (balanced and best fit), the order
 * of the list, and the two baselines. So no plan is worse than a baseline by unplaced pods, then GPUs, then nodes. Example:
 * two nodes of 8 GPUs, pods of 1, 1 and 8: the order of the list may put one small pod on each node; large pods first places
 * all three.
 */
export async function packPods(nodes: readonly PackNode[], pods: readonly PackPod[]): Promise<Packed> {
  const largestFirst = orderBySize(pods);
  const bestFit = await placePods(nodes, pods, 'best');
  const firstFitDecreasing = await placePods(nodes, pods, 'first', largestFirst);
  const plans: PlacedPods[] = [];
  for (const { fit, isLargestFirst } of WAYS) {
    plans.push(await placePods(nodes, pods, fit, isLargestFirst ? largestFirst : undefined));
  }
  for (const plan of [...plans, bestFit, firstFitDecreasing]) {
    if (plan.unplaced.length <= MOST_TO_MAKE_ROOM_FOR) plans.push(await makeRoom(nodes, pods, plan));
  }
  const baselines = [bestFit, firstFitDecreasing];
  const sized = [...plans, ...baselines].map((plan) => ({ plan, size: measurePlan(pods, plan) }));
  const least = (of: (size: PlanSize) => number) => Math.min(...baselines.map((plan) => of(measurePlan(pods, plan))));
  const [fewestPods, fewestMilli] = [
    least(({ unplacedPods }) => unplacedPods),
    least(({ unplacedMilli }) => unplacedMilli),
  ];
  // More placed pods than in a baseline may mean fewer placed GPUs: a plan that is no worse in both is preferred, if one
  // exists.
  const noWorse = sized.filter(({ size }) => size.unplacedPods <= fewestPods && size.unplacedMilli <= fewestMilli);
  const best = (noWorse.length > 0 ? noWorse : sized).reduce((a, b) => (isSmaller(b.size, a.size) ? b : a));
  return { plan: best.plan, bestFit, firstFitDecreasing };
}

export function measurePlan(pods: readonly PackPod[], { placements, unplaced }: PlacedPods): PlanSize {
  const unplacedMilli = unplaced.reduce((sum, index) => sum + countMilliGpus(pods[index]), 0);
  return {
    unplacedPods: unplaced.length,
    unplacedMilli,
    usedNodes: new Set(placements.map(({ node }) => node)).size,
  };
}

function isSmaller(a: PlanSize, b: PlanSize): boolean {
  const [one] = [a.unplacedPods - b.unplacedPods, a.unplacedMilli - b.unplacedMilli, a.usedNodes - b.usedNodes].filter(
    (difference) => difference !== 0,
  );
  return (one ?? 0) < 0;
}

function countMilliGpus(pod: PackPod | undefined): number {
  return pod === undefined ? 0 : pod.gpus * pod.gpuMilli;
}

/** Most GPUs first; of these those that may run on fewest models, then most CPU, then most memory. */
function orderBySize(pods: readonly PackPod[]): number[] {
  const models = (pod: PackPod | undefined) => pod?.models?.length ?? Number.MAX_SAFE_INTEGER;
  return pods
    .map((_, index) => index)
    .toSorted((left, right) => {
      const [a, b] = [pods[left], pods[right]];
      return (
        countMilliGpus(b) - countMilliGpus(a) ||
        models(a) - models(b) ||
        (b?.cpuMilli ?? 0) - (a?.cpuMilli ?? 0) ||
        (b?.memoryMib ?? 0) - (a?.memoryMib ?? 0) ||
        left - right
      );
    });
}
