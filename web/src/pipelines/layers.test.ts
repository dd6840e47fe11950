import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildLayers, computeLayout, type LayoutNode, untangled } from './layers.ts';

const NODE = { width: 100, height: 40 };
const GAP = { width: 50, height: 10 };
const node = (id: string, ...needs: string[]): LayoutNode => ({ id, needs });
const ids = (layers: readonly (readonly LayoutNode[])[]) => layers.map((layer) => layer.map(({ id }) => id));

const anyGraph = fc
  .array(fc.array(fc.nat(), { maxLength: 4 }), { maxLength: 40 })
  .map((all) => all.map((picks, index) => node(String(index), ...listNeeds(picks, index))));

function listNeeds(picks: readonly number[], index: number): string[] {
  return index === 0 ? [] : [...new Set(picks.map((pick) => String(pick % index)))];
}

describe('layers', () => {
  it('puts a node behind the longest way that leads to it', () => {
    const diamond = [node('a'), node('b', 'a'), node('c', 'b'), node('d', 'a', 'c'), node('alone')];
    expect(ids(buildLayers(diamond))).toEqual([['a', 'alone'], ['b'], ['c'], ['d']]);
  });

  it('draws the nodes of a layer in the order of what they need, so that edges do not cross', () => {
    const crossed = [node('a'), node('b'), node('of-b', 'b'), node('of-a', 'a')];
    expect(ids(untangled(buildLayers(crossed)))).toEqual([
      ['a', 'b'],
      ['of-a', 'of-b'],
    ]);
  });

  it('leads every edge to a later layer, whatever the graph', () => {
    fc.assert(
      fc.property(anyGraph, (graph) => {
        const { places } = computeLayout(graph, 'right', NODE, GAP);
        const x = (id: string) => places.get(id)?.x ?? Number.NaN;
        return graph.every(({ id, needs }) => needs.every((need) => x(need) + NODE.width < x(id)));
      }),
    );
  });

  it.each(['right', 'down'] as const)(
    'places no two nodes over each other, all inside the picture: %s',
    (direction) => {
      fc.assert(
        fc.property(anyGraph, (graph) => {
          const { places, width, height } = computeLayout(graph, direction, NODE, GAP);
          const all = [...places.values()];
          const isApart = all.every((a, index) =>
            all.slice(index + 1).every((b) => Math.abs(a.x - b.x) >= NODE.width || Math.abs(a.y - b.y) >= NODE.height),
          );
          const isInside = all.every(
            ({ x, y }) => x >= 0 && y >= 0 && x + NODE.width <= width && y + NODE.height <= height,
          );
          return all.length === graph.length && isApart && isInside;
        }),
      );
    },
  );

  it('has no size without nodes', () => {
    expect(computeLayout([], 'right', NODE, GAP)).toEqual({ places: new Map(), width: 0, height: 0 });
  });

  it('places a thousand steps that each need fifty in well under a second', () => {
    const graph = Array.from({ length: 1000 }, (_, index) =>
      node(
        String(index),
        ...Array.from({ length: Math.min(50, Math.floor(index / 50) * 50) }, (__, need) =>
          String(Math.floor(index / 50) * 50 - 1 - need),
        ),
      ),
    );
    const before = performance.now();
    expect(computeLayout(graph, 'right', NODE, GAP).places.size).toBe(1000);
    expect(performance.now() - before).toBeLessThan(1000);
  });
});
