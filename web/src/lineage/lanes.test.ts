import { describe, expect, it } from 'vitest';
import type { LineageEdge, LineageNode, NodeKind } from '../../../src/tradeoff/lineage/schema.ts';
import { buildLanes, placeNodes } from './lanes.ts';

function node(kind: NodeKind, id: string): LineageNode {
  return { id: `${kind}:${id}`, kind, name: id, cost: null, facts: {} };
}

function edge(from: string, to: string): LineageEdge {
  return { from, to, relation: 'held_by', cost: null };
}

describe('the lanes of a lineage', () => {
  it('follow the flow, whatever the order of the answer, and leave out kinds that do not occur', () => {
    const nodes = [node('model_version', 'v'), node('run', 'r'), node('bill_line', 'b')];
    expect(buildLanes({ nodes, edges: [] }).map((lane) => lane.kind)).toEqual(['bill_line', 'run', 'model_version']);
  });

  it('put a node beside what flows into it', () => {
    const nodes = [node('resource', 'a'), node('resource', 'b'), node('run', 'x'), node('run', 'y')];
    const edges = [edge('resource:a', 'run:y'), edge('resource:b', 'run:x')];
    const lanes = buildLanes({ nodes, edges });
    expect(lanes[1]?.nodes.map(({ name }) => name)).toEqual(['y', 'x']);
    expect(placeNodes(lanes, edges).get('run:x')).toMatchObject({ lane: 1, row: 1 });
  });

  it('lead a link over several lanes past the nodes between, not behind them', () => {
    const nodes = [node('model_version', 'v'), node('endpoint', 'e'), node('predictions', 'p'), node('decision', 'd')];
    const edges = ['endpoint:e', 'predictions:p', 'decision:d'].map((to) => edge('model_version:v', to));
    const places = placeNodes(buildLanes({ nodes, edges }), edges);
    expect(nodes.map(({ id }) => places.get(id)?.row)).toEqual([0, 0, 1, 2]);
  });

  it('put a node in the middle of its inputs', () => {
    const nodes = ['a', 'b', 'c'].map((id) => node('run', id));
    const edges = nodes.map(({ id }) => edge(id, 'endpoint:e'));
    const places = placeNodes(buildLanes({ nodes: [...nodes, node('endpoint', 'e')], edges }), edges);
    expect(places.get('endpoint:e')).toMatchObject({ lane: 1, row: 1 });
  });
});
