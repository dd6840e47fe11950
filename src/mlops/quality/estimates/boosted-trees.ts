const BINS = 64;
const DEPTH = 4;
const TREES = 80;
const LEARNING_RATE = 0.1;
const FEWEST_IN_LEAF = 20;
const NODES = 2 ** DEPTH - 1;
const LEAVES = 2 ** DEPTH;

/** Splits by node, top down, left to right; a row goes left when its bin is at most `bin`. */
interface Tree {
  readonly feature: Int32Array;
  readonly bin: Uint8Array;
  readonly leaf: Float64Array;
}

/** A sum of small regression trees. */
export interface BoostedTrees {
  readonly base: number;
  /** Upper ends of the bins of each feature, ascending. */
  readonly edges: readonly Float64Array[];
  readonly trees: readonly Tree[];
}

/**
 * Gradient boosting for squared error (Friedman 2001): 80 trees of depth 4, up to 64 bins of equal row counts for each
 * feature, learning rate 0.1, at least 20 rows in a leaf. NaN sorts below every number. The fit uses no random numbers: the
 * same rows give the same trees.
 */
export function fitTrees(features: readonly Float64Array[], target: Float64Array): BoostedTrees {
  const edges = features.map(computeBinEdges);
  const codes = features.map((column, at) => assignBins(column, edges[at] ?? new Float64Array()));
  const base = target.reduce((sum, value) => sum + value, 0) / target.length;
  const rest = target.map((value) => value - base);
  const trees: Tree[] = [];
  for (let round = 0; round < TREES; round += 1) {
    const { tree, nodes } = growTree(codes, rest);
    for (let row = 0; row < rest.length; row += 1) rest[row] = (rest[row] ?? 0) - (tree.leaf[nodes[row] ?? 0] ?? 0);
    trees.push(tree);
  }
  return { base, edges, trees };
}

/** Prediction of the trees for each row. */
export function predictByTrees({ base, edges, trees }: BoostedTrees, features: readonly Float64Array[]): Float64Array {
  const codes = features.map((column, at) => assignBins(column, edges[at] ?? new Float64Array()));
  const predicted = new Float64Array(features[0]?.length ?? 0).fill(base);
  for (const { feature, bin, leaf } of trees) {
    for (let row = 0; row < predicted.length; row += 1) {
      let node = 0;
      while (node < NODES) {
        const code = codes[feature[node] ?? 0]?.[row] ?? 0;
        node = 2 * node + (code <= (bin[node] ?? 0) ? 1 : 2);
      }
      predicted[row] = (predicted[row] ?? 0) + (leaf[node - NODES] ?? 0);
    }
  }
  return predicted;
}

/** Upper ends of bins of about equally many rows; the last bin has none. */
function computeBinEdges(column: Float64Array): Float64Array {
  const sorted = column.filter((value) => !Number.isNaN(value)).sort();
  const ends = new Set<number>();
  for (let bin = 1; bin < BINS - 1; bin += 1) {
    const end = sorted[Math.floor((bin * sorted.length) / (BINS - 1)) - 1];
    if (end !== undefined && end < (sorted.at(-1) ?? 0)) ends.add(end);
  }
  return Float64Array.from(ends);
}

/** Bin of each value, from 1; 0 for NaN. */
function assignBins(column: Float64Array, edges: Float64Array): Uint8Array {
  return Uint8Array.from(column, (value) => {
    if (Number.isNaN(value)) return 0;
    let [low, high] = [0, edges.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (value <= (edges[middle] ?? 0)) high = middle;
      else low = middle + 1;
    }
    return low + 1;
  });
}

/** Fits one tree to the residuals and returns it with the leaf of each row. */
function growTree(codes: readonly Uint8Array[], rest: Float64Array): { tree: Tree; nodes: Uint8Array } {
  const feature = new Int32Array(NODES);
  // A node without a split sends every row left.
  const bin = new Uint8Array(NODES).fill(255);
  const nodes = new Uint8Array(rest.length);
  for (let level = 0; level < DEPTH; level += 1) {
    const width = 2 ** level;
    const bestGain = new Float64Array(width);
    codes.forEach((column, at) => {
      const { sums, counts } = histogram(column, nodes, rest, width);
      for (let node = 0; node < width; node += 1) {
        const split = findBestSplit(sums, counts, node * BINS);
        if (split.gain <= (bestGain[node] ?? 0)) continue;
        bestGain[node] = split.gain;
        feature[width - 1 + node] = at;
        bin[width - 1 + node] = split.bin;
      }
    });
    for (let row = 0; row < nodes.length; row += 1) {
      const node = nodes[row] ?? 0;
      const code = codes[feature[width - 1 + node] ?? 0]?.[row] ?? 0;
      nodes[row] = 2 * node + (code <= (bin[width - 1 + node] ?? 0) ? 0 : 1);
    }
  }
  return { tree: { feature, bin, leaf: averageLeaves(nodes, rest) }, nodes };
}

function histogram(column: Uint8Array, nodes: Uint8Array, rest: Float64Array, width: number) {
  const sums = new Float64Array(width * BINS);
  const counts = new Float64Array(width * BINS);
  for (let row = 0; row < rest.length; row += 1) {
    const place = (nodes[row] ?? 0) * BINS + (column[row] ?? 0);
    sums[place] = (sums[place] ?? 0) + (rest[row] ?? 0);
    counts[place] = (counts[place] ?? 0) + 1;
  }
  return { sums, counts };
}

/** The split of one node that reduces the squared residuals most; a gain of 0 where no split is allowed. */
function findBestSplit(sums: Float64Array, counts: Float64Array, from: number): { gain: number; bin: number } {
  let [all, rows] = [0, 0];
  for (let bin = 0; bin < BINS; bin += 1) {
    all += sums[from + bin] ?? 0;
    rows += counts[from + bin] ?? 0;
  }
  const best = { gain: 0, bin: 255 };
  let [left, leftRows] = [0, 0];
  for (let bin = 0; bin < BINS - 1; bin += 1) {
    left += sums[from + bin] ?? 0;
    leftRows += counts[from + bin] ?? 0;
    const rightRows = rows - leftRows;
    if (leftRows < FEWEST_IN_LEAF || rightRows < FEWEST_IN_LEAF) continue;
    const gain = left ** 2 / leftRows + (all - left) ** 2 / rightRows - all ** 2 / rows;
    if (gain <= best.gain) continue;
    best.gain = gain;
    best.bin = bin;
  }
  return best;
}

function averageLeaves(nodes: Uint8Array, rest: Float64Array): Float64Array {
  const sums = new Float64Array(LEAVES);
  const counts = new Float64Array(LEAVES);
  for (let row = 0; row < rest.length; row += 1) {
    const leaf = nodes[row] ?? 0;
    sums[leaf] = (sums[leaf] ?? 0) + (rest[row] ?? 0);
    counts[leaf] = (counts[leaf] ?? 0) + 1;
  }
  return sums.map((sum, leaf) => (LEARNING_RATE * sum) / Math.max(1, counts[leaf] ?? 0));
}
