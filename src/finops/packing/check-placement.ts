import { WHOLE_GPU_MILLI } from './lower-bound.ts';
import type { PackNode, PackPod, PlacedPods } from './place-pods.ts';

/**
 * The fault of a plan; null if it is valid. The check uses only the lists and the placements: every pod is placed once or
 * named as unplaced, no node exceeds its CPU or memory, no GPU exceeds its capacity, and models are as requested.
 */
export function findPlacementFault(
  nodes: readonly PackNode[],
  pods: readonly PackPod[],
  plan: PlacedPods,
): string | null {
  const seen = new Set<number>();
  const left = nodes.map((node) => ({
    cpu: node.cpuMilli,
    memory: node.memoryMib,
    gpus: Array.from({ length: node.gpus }, () => WHOLE_GPU_MILLI),
  }));
  for (const { pod: podIndex, node: nodeIndex, gpus } of plan.placements) {
    const [pod, node, space] = [pods[podIndex], nodes[nodeIndex], left[nodeIndex]];
    if (pod === undefined || node === undefined || space === undefined)
      return 'a placement names a pod or node that does not exist';
    if (seen.has(podIndex)) return `${pod.name} is placed twice`;
    seen.add(podIndex);
    space.cpu -= pod.cpuMilli;
    space.memory -= pod.memoryMib;
    if (space.cpu < 0) return `${node.name} has too little CPU`;
    if (space.memory < 0) return `${node.name} has too little memory`;
    if (new Set(gpus).size !== pod.gpus) return `${pod.name} has not the GPUs that it asks for`;
    for (const gpu of gpus) {
      const free = (space.gpus[gpu] ?? 0) - pod.gpuMilli;
      if (free < 0) return `GPU ${gpu} of ${node.name} is given away more than once`;
      space.gpus[gpu] = free;
    }
    if (pod.gpus > 0 && pod.models !== null && !pod.models.includes(node.model ?? ''))
      return `${pod.name} may not run on ${node.model ?? 'a GPU of unknown model'}`;
  }
  const known = new Set([...seen, ...plan.unplaced]);
  if (known.size !== pods.length || seen.size + plan.unplaced.length !== pods.length)
    return 'a pod is neither placed nor named as unplaced';
  return null;
}
