import { WHOLE_GPU_MILLI } from './lower-bound.ts';

/**
 * Packs shares of GPUs (thousandths, 1 to 1000) on as few GPUs as it can. It takes the better of best-fit decreasing and
 * minimum bin slack, which fills one GPU after the other: the largest remaining share first, then those that leave the least
 * free. Returns the indexes of the shares by GPU; each is on exactly one, and no GPU has more than 1000. Example: [600, 600,
 * 400, 300] -> [[0, 2], [1, 3]].
 */
export function packShares(shares: readonly number[]): number[][] {
  const [fitted, filled] = [packBestFit(shares), packMinimumSlack(shares)];
  return filled.length < fitted.length ? filled : fitted;
}

function packBestFit(shares: readonly number[]): number[][] {
  // Grouped by free share, so that the best fit is found without a search through all GPUs.
  const byFree: number[][][] = Array.from({ length: WHOLE_GPU_MILLI + 1 }, () => []);
  const gpus: number[][] = [];
  for (const place of sortDescending(shares)) {
    const share = shares[place] ?? 0;
    let free = share;
    while (free <= WHOLE_GPU_MILLI && byFree[free]?.length === 0) free += 1;
    const found = byFree[free]?.pop();
    const gpu = found ?? [];
    if (found === undefined) gpus.push(gpu);
    gpu.push(place);
    byFree[(found === undefined ? WHOLE_GPU_MILLI : free) - share]?.push(gpu);
  }
  return gpus;
}

function sortDescending(shares: readonly number[]): number[] {
  return shares.map((_, place) => place).toSorted((a, b) => (shares[b] ?? 0) - (shares[a] ?? 0) || a - b);
}

function packMinimumSlack(shares: readonly number[]): number[][] {
  const left = [...Map.groupBy(sortDescending(shares).toReversed(), (place) => shares[place] ?? 0)]
    .map(([size, places]) => ({ size, places }))
    .toReversed();
  const gpus: number[][] = [];
  for (;;) {
    const largest = left.find(({ places }) => places.length > 0);
    if (largest === undefined) return gpus;
    const gpu = [largest.places.pop() ?? 0];
    for (const { places, times } of findFullest(left, WHOLE_GPU_MILLI - largest.size)) {
      gpu.push(...places.splice(-times));
    }
    gpus.push(gpu);
  }
}

interface Sized {
  readonly size: number;
  /** Places of the shares of this size that are on no GPU yet. */
  readonly places: number[];
}

/** Which of the shares together fill a space the best, the larger ones preferred: a subset sum over the sizes there are. */
function findFullest(sizes: readonly Sized[], space: number): { places: number[]; times: number }[] {
  const usable = sizes.filter(({ size, places }) => size <= space && places.length > 0);
  // For every sum that can be reached: the size that reached it first, and how often.
  const by = new Int32Array(space + 1).fill(-1);
  const times = new Int32Array(space + 1);
  const reached = new Uint8Array(space + 1);
  reached[0] = 1;
  for (const [index, { size, places }] of usable.entries()) {
    const used = new Int32Array(space + 1);
    for (let sum = size; sum <= space; sum += 1) {
      const before = sum - size;
      if (reached[sum] === 1 || reached[before] !== 1 || (used[before] ?? 0) >= places.length) continue;
      reached[sum] = 1;
      by[sum] = index;
      used[sum] = (used[before] ?? 0) + 1;
      times[sum] = used[sum] ?? 0;
    }
    if (reached[space] === 1) break;
  }
  const taken: { places: number[]; times: number }[] = [];
  let sum = reached.lastIndexOf(1);
  while (sum > 0) {
    const chosen = usable[by[sum] ?? -1];
    const count = times[sum] ?? 0;
    if (chosen === undefined || count === 0) throw new Error('a sum that was reached has a share that reached it');
    taken.push({ places: chosen.places, times: count });
    sum -= chosen.size * count;
  }
  return taken;
}
