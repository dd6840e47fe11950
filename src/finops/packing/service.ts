import type { Lake } from '../../platform/lake/index.ts';
import type { TableFile } from '../../platform/tables/index.ts';
import { findPlacementFault } from './check-placement.ts';
import { computeGpuLowerBound, WHOLE_GPU_MILLI } from './lower-bound.ts';
import { measurePlan, packPods } from './pack-pods.ts';
import type { PackNode, PackPod, PlacedPods } from './place-pods.ts';
import { readNodes, readPods } from './read-lists.ts';
import type { GpuPacking, PackedPod, PackingResult } from './schema.ts';
import { packShares } from './share-gpus.ts';

/** Packs the pods of one file on the nodes of another. Errors: those of the files. */
export async function packFiles(
  lake: Pick<Lake, 'session'>,
  files: { readonly nodes: TableFile; readonly pods: TableFile },
  withPlan: boolean,
): Promise<GpuPacking> {
  const { nodes, pods } = await lake.session(async (session) => ({
    nodes: await readNodes(session, files.nodes),
    pods: await readPods(session, files.pods),
  }));
  const { plan, bestFit, firstFitDecreasing } = await packPods(nodes, pods);
  for (const one of [plan, bestFit, firstFitDecreasing]) {
    // An invalid plan is a bug, and its figures are not returned.
    const fault = findPlacementFault(nodes, pods, one);
    if (fault !== null) throw new Error(`the plan does not hold: ${fault}`);
  }
  return {
    ...buildPackingFigures(nodes, pods, plan),
    baselines: {
      bestFit: buildPackingResult(pods, bestFit),
      firstFitDecreasing: buildPackingResult(pods, firstFitDecreasing),
    },
    plan: withPlan ? toPackedPods(nodes, pods, plan) : null,
  };
}

/** The figures of a plan that are compared between plans. */
function buildPackingResult(pods: readonly PackPod[], plan: PlacedPods): PackingResult {
  const free = plan.freeMilli.flat();
  return {
    unplaced: plan.unplaced.length,
    unplacedGpus: sumGpus(plan.unplaced.flatMap((index) => pods[index] ?? [])),
    usedNodes: measurePlan(pods, plan).usedNodes,
    strandedGpus: sum(free.filter((milli) => milli > 0 && milli < WHOLE_GPU_MILLI)) / WHOLE_GPU_MILLI,
  };
}

function buildPackingFigures(nodes: readonly PackNode[], pods: readonly PackPod[], plan: PlacedPods) {
  const shares = pods.flatMap(({ gpus, gpuMilli }) => (gpus === 1 && gpuMilli < WHOLE_GPU_MILLI ? [gpuMilli] : []));
  const free = plan.freeMilli.flat();
  return {
    nodes: nodes.length,
    gpus: free.length,
    pods: pods.length,
    requestedGpus: sumGpus(pods),
    sharingPods: shares.length,
    wholeGpuBaseline: shares.length,
    lowerBoundGpus: computeGpuLowerBound(shares),
    usedGpus: packShares(shares).length,
    ...buildPackingResult(pods, plan),
    freeGpus: free.filter((milli) => milli === WHOLE_GPU_MILLI).length,
  };
}

function sumGpus(pods: readonly PackPod[]): number {
  return sum(pods.map(({ gpus, gpuMilli }) => gpus * gpuMilli)) / WHOLE_GPU_MILLI;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

function toPackedPods(nodes: readonly PackNode[], pods: readonly PackPod[], { placements }: PlacedPods): PackedPod[] {
  const placed = new Map(placements.map((placement) => [placement.pod, placement]));
  return pods.map(({ name }, index) => {
    const found = placed.get(index);
    return {
      pod: name,
      node: found === undefined ? null : (nodes[found.node]?.name ?? null),
      gpus: [...(found?.gpus ?? [])],
    };
  });
}
