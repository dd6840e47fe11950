import fc from 'fast-check';
import { expect, it } from 'vitest';
import { computeNodeLowerBound, type HostedPod, type HostNode, selectEmptiedNodes } from './fewer-nodes.ts';

const node = (name: string, cpuMilli = 4000, more: Partial<HostNode> = {}): HostNode => {
  return { name, cpuMilli, memoryMib: 16_000, gpus: 0, model: null, mostPods: 10, ...more };
};
const pod = (name: string, on: number, cpuMilli: number, more: Partial<HostedPod> = {}): HostedPod => {
  return {
    name,
    node: on,
    workload: name,
    cpuMilli,
    memoryMib: 1000,
    gpus: 0,
    gpuMilli: 1000,
    models: null,
    isFixed: false,
    ...more,
  };
};
const three = [node('a'), node('b'), node('c')];

it.each<[string, HostNode[], HostedPod[], string[]]>([
  ['are the emptiest whose pods find a place', three, [pod('p', 0, 3000), pod('q', 1, 2000), pod('r', 2, 1000)], ['c']],
  ['are several where they all do', three, [pod('p', 0, 1000), pod('q', 1, 900), pod('r', 2, 800)], ['c', 'b']],
  ['are those on which nothing is', three, [pod('p', 0, 4000), pod('q', 1, 4000)], ['c']],
  ['are none where CPU lacks', three, [pod('p', 0, 3000), pod('q', 1, 3000), pod('r', 2, 3000)], []],
  ['are none where memory lacks', three, [0, 1, 2].map((on) => pod(`p${on}`, on, 100, { memoryMib: 9000 })), []],
  [
    'are none where a node takes no more pods',
    [node('a', 4000, { mostPods: 1 }), node('b', 4000, { mostPods: 1 })],
    [pod('p', 0, 1), pod('q', 1, 1)],
    [],
  ],
  [
    'are none where all of a workload would be on one',
    [node('a'), node('b')],
    [pod('p', 0, 1, { workload: 'w' }), pod('q', 1, 1, { workload: 'w' })],
    [],
  ],
  [
    'are others where the emptiest cannot be given up',
    three,
    [pod('p', 0, 2000, { workload: 'w' }), pod('q', 1, 10, { workload: 'w' }), pod('r', 2, 20)],
    ['c'],
  ],
  [
    'are none where GPUs lack',
    [node('a', 4000, { gpus: 1 }), node('b', 4000, { gpus: 1 })],
    [pod('p', 0, 1, { gpus: 1 }), pod('q', 1, 1, { gpus: 1 })],
    [],
  ],
  [
    'are none whose pods cannot be moved',
    three,
    [0, 1, 2].map((on) => pod(`p${on}`, on, on === 1 ? 90 : 10, { isFixed: on !== 1 })),
    ['b'],
  ],
  ['are never all', [node('a')], [], []],
])('nodes that can be given back %s', async (_, nodes, pods, freed) => {
  expect((await selectEmptiedNodes(nodes, pods)).freed).toEqual(freed);
});

it('what is placed fits, and fewer nodes than the bound are never said to do', async () => {
  const pods = fc.array(
    fc.record({ on: fc.nat(5), cpu: fc.integer({ min: 50, max: 2000 }), memory: fc.integer({ min: 100, max: 8000 }) }),
    { maxLength: 24 },
  );
  await fc.assert(
    fc.asyncProperty(pods, async (made) => {
      const nodes = [0, 1, 2, 3, 4, 5].map((index) => node(`n${index}`, 16_000, { memoryMib: 64_000, mostPods: null }));
      const all = made.map(({ on, cpu, memory }, index) => pod(`p${index}`, on, cpu, { memoryMib: memory }));
      const { freed, moves } = await selectEmptiedNodes(nodes, all);
      const on = new Map(all.map(({ name, node: at }) => [name, nodes[at]?.name]));
      for (const { pod: name, from, to } of moves) {
        expect([on.get(name), freed.includes(to)]).toEqual([from, false]);
        on.set(name, to);
      }
      for (const { name, cpuMilli, memoryMib } of nodes) {
        const own = all.filter((one) => on.get(one.name) === name);
        expect(own.reduce((sum, one) => sum + one.cpuMilli, 0)).toBeLessThanOrEqual(cpuMilli);
        expect(own.reduce((sum, one) => sum + one.memoryMib, 0)).toBeLessThanOrEqual(memoryMib);
        if (freed.includes(name)) expect(own).toEqual([]);
      }
      expect(nodes.length - freed.length).toBeGreaterThanOrEqual(computeNodeLowerBound(nodes, all));
    }),
    { numRuns: 60 },
  );
});
