/** A node by its id, with the ids of those that come before it. */
export interface LayoutNode {
  readonly id: string;
  readonly needs: readonly string[];
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Layout extends Size {
  /** Upper left corner of each node by its id, in pixels. */
  readonly places: ReadonlyMap<string, { readonly x: number; readonly y: number }>;
}

export type Direction = 'right' | 'down';

const SWEEPS = 4;

/**
 * The layer of each node: the length of the longest path to it, so that every edge leads to a later layer. The input
 * must list nodes after all nodes that they need. Nodes without needs are in layer 0.
 */
export function buildLayers(nodes: readonly LayoutNode[]): LayoutNode[][] {
  const layerByStep = new Map<string, number>();
  const layers: LayoutNode[][] = [];
  for (const node of nodes) {
    const layer = Math.max(-1, ...node.needs.map((need) => layerByStep.get(need) ?? -1)) + 1;
    layerByStep.set(node.id, layer);
    layers[layer] = [...(layers[layer] ?? []), node];
  }
  return layers;
}

/**
 * Orders each layer by the mean position of its nodes' neighbours, forwards and backwards, so that fewer edges cross.
 */
export function untangled(layers: readonly (readonly LayoutNode[])[]): LayoutNode[][] {
  let ordered = layers.map((layer) => [...layer]);
  const after = new Map<string, string[]>();
  for (const { id, needs } of layers.flat()) {
    for (const need of needs) after.set(need, [...(after.get(need) ?? []), id]);
  }
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const place = new Map(
      ordered.flatMap((layer) => layer.map(({ id }, index) => [id, computeMiddle(index, layer)] as const)),
    );
    const joined = ({ id, needs }: LayoutNode) => (sweep % 2 === 0 ? needs : (after.get(id) ?? []));
    const wanted = (node: LayoutNode) =>
      mean(joined(node).flatMap((id) => place.get(id) ?? [])) ?? place.get(node.id) ?? 0;
    ordered = ordered.map((layer) => layer.toSorted((a, b) => wanted(a) - wanted(b)));
  }
  return ordered;
}

/** Distance from the middle of a layer, in nodes. */
function computeMiddle(index: number, layer: readonly unknown[]): number {
  return index - (layer.length - 1) / 2;
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Places nodes in layers by longest path, each layer centred on the others. */
export function computeLayout(nodes: readonly LayoutNode[], direction: Direction, node: Size, gap: Size): Layout {
  const layers = untangled(buildLayers(nodes));
  const along = direction === 'right' ? node.width + gap.width : node.height + gap.height;
  const across = direction === 'right' ? node.height + gap.height : node.width + gap.width;
  const widest = Math.max(0, ...layers.map(({ length }) => length));
  const places = new Map<string, { x: number; y: number }>();
  for (const [layer, members] of layers.entries()) {
    for (const [index, { id }] of members.entries()) {
      const main = layer * along;
      const cross = (index + (widest - members.length) / 2) * across;
      places.set(id, direction === 'right' ? { x: main, y: cross } : { x: cross, y: main });
    }
  }
  const length = Math.max(0, layers.length * along - (direction === 'right' ? gap.width : gap.height));
  const breadth = Math.max(0, widest * across - (direction === 'right' ? gap.height : gap.width));
  return direction === 'right'
    ? { places, width: length, height: breadth }
    : { places, width: breadth, height: length };
}
