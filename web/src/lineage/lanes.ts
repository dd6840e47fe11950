import type { Lineage, LineageNode, NodeKind } from '../../../src/tradeoff/lineage/schema.ts';

export interface PlacedNode {
  readonly node: LineageNode;
  /** Lane number from the left, starting at 0. */
  readonly lane: number;
  /** Position in its lane from the top, starting at 0. */
  readonly row: number;
}

/** One kind of thing a lane, in the order in which money and data flow. */
export interface Lane {
  readonly kind: NodeKind;
  readonly nodes: readonly LineageNode[];
}

const ORDER: readonly NodeKind[] = [
  'bill_line',
  'resource',
  'dataset',
  'run',
  'logged_model',
  'model_version',
  'endpoint',
  'predictions',
  'decision',
];

/**
 * The graph in lanes, one for each kind that occurs. Within a lane, nodes are ordered by the mean position of their
 * inputs, so that few lines cross. Nodes without inputs keep their order.
 */
export function buildLanes({ nodes, edges }: Pick<Lineage, 'nodes' | 'edges'>): Lane[] {
  const rows = new Map<string, number>();
  const lanes: Lane[] = [];
  for (const kind of ORDER) {
    const own = nodes.filter((node) => node.kind === kind);
    if (own.length === 0) continue;
    const places = new Map(own.map((node, index) => [node.id, meanRow(node.id, edges, rows) ?? index]));
    const sorted = own.toSorted((a, b) => (places.get(a.id) ?? 0) - (places.get(b.id) ?? 0));
    for (const [row, node] of sorted.entries()) rows.set(node.id, row);
    lanes.push({ kind, nodes: sorted });
  }
  return lanes;
}

function meanRow(id: string, edges: Lineage['edges'], rows: ReadonlyMap<string, number>): number | null {
  const inflow = edges.flatMap((edge) => {
    const row = edge.to === id ? rows.get(edge.from) : undefined;
    return row === undefined ? [] : [row];
  });
  return inflow.length === 0 ? null : inflow.reduce((sum, row) => sum + row, 0) / inflow.length;
}

/** Rows below it start at the top: a graph with many rows shows its first nodes without scrolling. */
const LOWEST_START = 3;

/**
 * Position of each node: in the row of its inputs, or the next free one. A link over several lanes passes between nodes and
 * not behind them, so that a node is never taken for a step on the way of another.
 */
export function placeNodes(
  lanes: readonly Lane[],
  edges: readonly Pick<Lineage['edges'][number], 'from' | 'to'>[],
): Map<string, PlacedNode> {
  const taken = new Set<string>();
  const placed = new Map<string, PlacedNode>();
  for (const [lane, { nodes }] of lanes.entries()) {
    for (const node of nodes) {
      const sources = edges.flatMap(({ from, to }) => (to === node.id ? (placed.get(from) ?? []) : []));
      const first = Math.min(lane, ...sources.map((source) => source.lane + 1));
      const passed = lanes.slice(first, lane + 1).map((_, index) => first + index);
      const mean = sources.reduce((sum, source) => sum + source.row, 0) / Math.max(1, sources.length);
      let row = Math.min(Math.round(mean), LOWEST_START);
      while (passed.some((one) => taken.has(`${one} ${row}`))) row += 1;
      for (const one of passed) taken.add(`${one} ${row}`);
      placed.set(node.id, { node, lane, row });
    }
  }
  return placed;
}
