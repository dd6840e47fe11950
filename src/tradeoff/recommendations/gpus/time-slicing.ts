import type { Load } from './mig.ts';

const MEMORY_ROOM = 1.1;

/**
 * Puts loads together that may share a GPU by turns: the sum of the most memory each had in use x 1.1 fits, and the 95th percentiles of
 * utilization are 1 together at most. There is no isolation: one that takes more memory than ever before fails the others. The
 * largest first, each on the first GPU that has room. Answers the places of the loads by GPU.
 * Example: 0.5 and 10 GB, 0.4 and 10 GB, 0.3 and 5 GB, on 24 GB -> [[0, 1], [2]].
 */
export function shareByTurns(loads: readonly Load[], memoryBytes: number): number[][] {
  const gpus: { utilization: number; bytes: number; places: number[] }[] = [];
  const sizeOf = ({ utilizationP95, memoryMaxBytes }: Load) =>
    Math.max(utilizationP95, (memoryMaxBytes * MEMORY_ROOM) / memoryBytes);
  const order = loads
    .map((load, place) => ({ load, place }))
    .toSorted((a, b) => sizeOf(b.load) - sizeOf(a.load) || a.place - b.place);
  for (const { load, place } of order) {
    const bytes = load.memoryMaxBytes * MEMORY_ROOM;
    const found = gpus.find((gpu) => gpu.utilization + load.utilizationP95 <= 1 && gpu.bytes + bytes <= memoryBytes);
    const gpu = found ?? { utilization: 0, bytes: 0, places: [] };
    if (found === undefined) gpus.push(gpu);
    gpu.utilization += load.utilizationP95;
    gpu.bytes += bytes;
    gpu.places.push(place);
  }
  return gpus.map(({ places }) => places);
}

/** No way of sharing needs fewer GPUs: by utilization, and by memory. */
export function leastByTurns(loads: readonly Load[], memoryBytes: number): number {
  const utilization = loads.reduce((sum, load) => sum + load.utilizationP95, 0);
  const bytes = loads.reduce((sum, load) => sum + load.memoryMaxBytes * MEMORY_ROOM, 0);
  return Math.max(
    loads.length === 0 ? 0 : 1,
    Math.ceil(utilization - EPSILON),
    Math.ceil(bytes / memoryBytes - EPSILON),
  );
}

/** Sums of fractions are not exact. */
const EPSILON = 1e-9;
