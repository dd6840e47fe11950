import { describe, expect, it } from 'vitest';
import type { LineageEdge, LineageNode } from './schema.ts';
import { walkGraph } from './walk.ts';

const node = (name: string): LineageNode => ({ id: `run:${name}`, kind: 'run', name, cost: null, facts: {} });
const edge = (from: string, to: string): LineageEdge => ({
  ...{ from: `run:${from}`, to: `run:${to}`, relation: 'read_by', cost: null },
});

/** `a>b c>d`: neighbours by arrows. */
function graph(text: string) {
  const arrows = text.split(' ').map((arrow) => arrow.split('>') as [string, string]);
  return async ({ name }: LineageNode, direction: 'upstream' | 'downstream') => {
    const found = arrows.filter(([from, to]) => (direction === 'upstream' ? to : from) === name);
    return {
      nodes: found.map(([from, to]) => node(direction === 'upstream' ? from : to)),
      edges: found.map(([from, to]) => edge(from, to)),
      leftOut: [],
    };
  };
}

const names = ({ nodes }: { nodes: readonly LineageNode[] }) => nodes.map(({ name }) => name).join('');

describe('a walk', () => {
  it('goes upstream of upstream and downstream of downstream, not to siblings', async () => {
    const found = await walkGraph(
      node('c'),
      ['upstream', 'downstream'],
      { depth: 9, nodes: 99 },
      graph('a>b b>c c>d d>e a>x y>e'),
    );
    expect(names(found)).toBe('cbade');
    expect(found.edges).toHaveLength(4);
  });

  it('stops at its depth', async () => {
    expect(names(await walkGraph(node('a'), ['downstream'], { depth: 2, nodes: 99 }, graph('a>b b>c c>d')))).toBe(
      'abc',
    );
  });

  it('ends in a circle, and shows a node once however many ways lead to it', async () => {
    const found = await walkGraph(node('a'), ['downstream'], { depth: 10, nodes: 99 }, graph('a>b a>c b>d c>d d>a'));
    expect(names(found)).toBe('abcd');
    expect(found.edges).toHaveLength(5);
  });

  it('says what its limit left out, and leaves no edge to it', async () => {
    const found = await walkGraph(node('a'), ['downstream'], { depth: 10, nodes: 3 }, graph('a>b a>c a>d a>e'));
    expect(names(found)).toBe('abc');
    expect(found.edges).toHaveLength(2);
    expect(found.leftOut).toEqual([
      { of: 'run:a', kind: 'run', count: 2, costs: [], reason: 'a response has at most 3 nodes' },
    ]);
  });
});
