import type { Load } from './mig.ts';

const MEMORY_ROOM = 1.1;

/**
 * Groups loads that can time-slice a GPU: the sum of their peak memory x 1.1 fits, and the sum of the 95th percentiles of
 * utilization is at most 1. There is no isolation: a load that exceeds its past peak memory makes the others fail. First-fit decreasing:
 * the largest goes first, each on the first GPU where it fits. Returns the indices of the loads by GPU.
 * Example: 0.5 and 10 GB, 0.4 and 10 GB, 0.3 and 5 GB, on 24 GB -> [[0, 1], [2]].
 */
export function planSharing(loads: readonly Load[], memoryBytes: number): number[][] {
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
export function computeLeastByTimeSlicing(loads: readonly Load[], memoryBytes: number): number {
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
