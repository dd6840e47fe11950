import type { LeftOut, Lineage, LineageEdge, LineageNode } from './schema.ts';

export type Direction = 'upstream' | 'downstream';

/** The nodes and edges one step from a node. */
export interface Neighbours {
  readonly nodes: readonly LineageNode[];
  readonly edges: readonly LineageEdge[];
  readonly leftOut: readonly LeftOut[];
}

export interface WalkLimits {
  readonly depth: number;
  /** Maximum nodes of an answer; nodes beyond it are counted as left out. */
  readonly nodes: number;
}

/**
 * Walks from a node, level by level, each direction separately: upstream of upstream, downstream of downstream. A node is visited
 * once in each direction, so that a cycle of references ends.
 */
export async function walkGraph(
  start: LineageNode,
  directions: readonly Direction[],
  limits: WalkLimits,
  neighbours: (node: LineageNode, direction: Direction) => Promise<Neighbours>,
): Promise<Lineage> {
  const nodes = new Map([[start.id, start]]);
  const edges = new Map<string, LineageEdge>();
  const leftOut: LeftOut[] = [];
  for (const direction of directions) {
    const asked = new Set<string>();
    let level: LineageNode[] = [start];
    for (let depth = 0; depth < limits.depth && level.length > 0; depth += 1) {
      const next: LineageNode[] = [];
      for (const node of level) {
        asked.add(node.id);
        const found = await neighbours(node, direction);
        leftOut.push(...found.leftOut);
        const over = found.nodes.filter((each) => !nodes.has(each.id)).slice(Math.max(0, limits.nodes - nodes.size));
        leftOut.push(...groupOverLimit(node, over, limits.nodes));
        const gone = new Set(over.map(({ id }) => id));
        for (const each of found.nodes) {
          if (gone.has(each.id)) continue;
          nodes.set(each.id, nodes.get(each.id) ?? each);
          if (!asked.has(each.id)) next.push(each);
        }
        for (const edge of found.edges) {
          if (!gone.has(edge.from) && !gone.has(edge.to)) edges.set(`${edge.from} ${edge.relation} ${edge.to}`, edge);
        }
      }
      level = [...new Map(next.map((node) => [node.id, node])).values()].filter(({ id }) => !asked.has(id));
    }
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()], leftOut };
}

function groupOverLimit(of: LineageNode, over: readonly LineageNode[], limit: number): LeftOut[] {
  return [...Map.groupBy(over, ({ kind }) => kind)].map(([kind, group]) => ({
    of: of.id,
    kind,
    count: group.length,
    costs: [],
    reason: `a response has at most ${limit} nodes`,
  }));
}
