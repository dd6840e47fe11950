import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { draws } from '../../testing/deep.ts';
import { findPlacementFault } from './check-placement.ts';
import { computeGpuLowerBound } from './lower-bound.ts';
import { makeRoom } from './make-room.ts';
import { measurePlan, packPods } from './pack-pods.ts';
import { type PackNode, type PackPod, placePods } from './place-pods.ts';
import { packShares } from './share-gpus.ts';

/** Fewest GPUs by trying all ways; for a few shares. */
function fewest(shares: readonly number[]): number {
  let best = shares.length;
  const place = (index: number, free: number[]): void => {
    const share = shares[index];
    if (free.length >= best) return;
    if (share === undefined) {
      best = free.length;
      return;
    }
    free.forEach((left, gpu) => {
      if (left >= share) place(index + 1, free.with(gpu, left - share));
    });
    place(index + 1, [...free, 1000 - share]);
  };
  place(0, []);
  return best;
}

const share = fc.integer({ min: 1, max: 1000 });

describe('the lower bound', () => {
  it.each<[number[], number]>([
    [[], 0],
    [[1000], 1],
    [[600, 600, 600, 400], 3],
    [[501, 501, 501], 3],
    [[500, 500, 500], 2],
    [[1, 999, 2], 2],
    [[700, 700, 350, 350], 3],
  ])('of %j is %i', (shares, bound) => {
    expect(computeGpuLowerBound(shares)).toBe(bound);
  });

  it('is never above the fewest, nor below the sum, and the packing is between', () => {
    fc.assert(
      fc.property(fc.array(share, { maxLength: 7 }), (shares) => {
        const bound = computeGpuLowerBound(shares);
        const best = fewest(shares);
        expect(bound).toBeLessThanOrEqual(best);
        expect(bound).toBeGreaterThanOrEqual(Math.ceil(shares.reduce((sum, one) => sum + one, 0) / 1000));
        expect(packShares(shares).length).toBeGreaterThanOrEqual(best);
      }),
    );
  });
});

describe('sharing GPUs', () => {
  it('has every share on one GPU and no GPU above its whole, within what best fit promises', () => {
    fc.assert(
      fc.property(fc.array(share, { maxLength: 200 }), (shares) => {
        const gpus = packShares(shares);
        expect(gpus.flat().toSorted((a, b) => a - b)).toEqual(shares.map((_, place) => place));
        for (const gpu of gpus)
          expect(gpu.reduce((sum, place) => sum + (shares[place] ?? 0), 0)).toBeLessThanOrEqual(1000);
        // 11/9 of the fewest and 4 (best fit decreasing); the fewest are 3/2 of the bound at most.
        expect(gpus.length).toBeLessThanOrEqual((11 / 9) * 1.5 * computeGpuLowerBound(shares) + 4);
      }),
    );
  });

  it('fills what best fit decreasing leaves open', () => {
    // Decreasing best fit takes three: 410 + 410, then 300 + 300 + 290, then 290.
    expect(packShares([410, 410, 300, 300, 290, 290]).length).toBe(2);
  });
});

const model = fc.constantFrom('T4', 'A10', null);
const node: fc.Arbitrary<PackNode> = fc.record({
  name: fc.constant('n'),
  cpuMilli: fc.integer({ min: 1, max: 16_000 }),
  memoryMib: fc.integer({ min: 1, max: 64_000 }),
  gpus: fc.integer({ min: 0, max: 8 }),
  model,
});
const pod: fc.Arbitrary<PackPod> = fc
  .record({
    name: fc.constant('p'),
    cpuMilli: fc.integer({ min: 0, max: 4000 }),
    memoryMib: fc.integer({ min: 0, max: 16_000 }),
    gpus: fc.integer({ min: 0, max: 4 }),
    gpuMilli: share,
    models: fc.option(fc.constantFrom<readonly string[]>(['T4'], ['A10', 'T4'])),
  })
  .map((one) => ({ ...one, gpuMilli: one.gpus === 0 ? 0 : one.gpus === 1 ? one.gpuMilli : 1000 }));

describe('placing pods', () => {
  it('makes plans that hold, and leaves none out that would fit where the others are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(node, { maxLength: 6 }), fc.array(pod, { maxLength: 30 }), async (nodes, pods) => {
        const plan = await placePods(nodes, pods);
        expect(findPlacementFault(nodes, pods, plan)).toBeNull();
        // Each unplaced pod, tried alone on the final state of the nodes, does not fit either.
        const left = nodes.map((one, index) => {
          const here = plan.placements.filter((placement) => placement.node === index);
          const of = (field: 'cpuMilli' | 'memoryMib') =>
            here.reduce((sum, placement) => sum + (pods[placement.pod]?.[field] ?? 0), 0);
          return { ...one, cpuMilli: one.cpuMilli - of('cpuMilli'), memoryMib: one.memoryMib - of('memoryMib') };
        });
        for (const index of plan.unplaced) {
          const wanted = pods[index];
          if (wanted === undefined || wanted.gpus > 0) continue;
          expect(left.some((one) => one.cpuMilli >= wanted.cpuMilli && one.memoryMib >= wanted.memoryMib)).toBe(false);
        }
      }),
    );
  });

  it('keeps GPUs usable: what needs much CPU goes where there is much of it for each GPU', async () => {
    const nodes: PackNode[] = [
      { name: 'lean', cpuMilli: 8000, memoryMib: 1000, gpus: 2, model: null },
      { name: 'rich', cpuMilli: 32_000, memoryMib: 1000, gpus: 2, model: null },
    ];
    const pods = [16_000, 4000, 4000, 16_000].map((cpuMilli, index) => ({
      name: `p${index}`,
      cpuMilli,
      memoryMib: 1,
      gpus: 1,
      gpuMilli: 1000,
      models: null,
    }));
    const plan = await placePods(nodes, pods);
    expect(plan.unplaced).toEqual([]);
  });

  it('finds a fault where there is one', () => {
    const nodes: PackNode[] = [{ name: 'n', cpuMilli: 1000, memoryMib: 1000, gpus: 1, model: 'T4' }];
    const one: PackPod = { name: 'p', cpuMilli: 600, memoryMib: 100, gpus: 1, gpuMilli: 600, models: null };
    const plan = (...placements: { pod: number; node: number; gpus: number[] }[]) => ({
      placements,
      unplaced: [],
      freeMilli: [],
    });
    expect(findPlacementFault(nodes, [one], plan())).toMatch(/neither placed nor/);
    expect(
      findPlacementFault(nodes, [one, one], plan({ pod: 0, node: 0, gpus: [0] }, { pod: 1, node: 0, gpus: [0] })),
    ).toMatch(/CPU/);
    const lean = { ...one, cpuMilli: 1 };
    expect(
      findPlacementFault(nodes, [lean, lean], plan({ pod: 0, node: 0, gpus: [0] }, { pod: 1, node: 0, gpus: [0] })),
    ).toMatch(/GPU 0/);
    expect(findPlacementFault(nodes, [{ ...one, models: ['A10'] }], plan({ pod: 0, node: 0, gpus: [0] }))).toMatch(
      /may not run/,
    );
    expect(
      findPlacementFault(nodes, [one], plan({ pod: 0, node: 0, gpus: [0] }, { pod: 0, node: 0, gpus: [0] })),
    ).toMatch(/twice/);
  });
});

describe('packing pods', () => {
  const gpuNode = (name: string, more: Partial<PackNode> = {}): PackNode => {
    return { name, cpuMilli: 96_000, memoryMib: 400_000, gpus: 8, model: 'V100', ...more };
  };
  const gpuPod = (name: string, gpus: number, more: Partial<PackPod> = {}): PackPod => {
    return { name, cpuMilli: 8000, memoryMib: 32_000, gpus, gpuMilli: 1000, models: null, ...more };
  };

  it('places pods of whole nodes that the order of the list leaves out', async () => {
    const nodes = [1, 2, 3, 4].map((index) => gpuNode(`n${index}`));
    const small = [1, 2, 3].map((index) => gpuPod(`small ${index}`, 1, { cpuMilli: 60_000 }));
    const whole = [1, 2].map((index) => gpuPod(`whole ${index}`, 8));
    const light = [1, 2].map((index) => gpuPod(`light ${index}`, 2, { cpuMilli: 4000 }));
    const pods = [...small, ...light, ...whole];
    expect((await placePods(nodes, pods)).unplaced.length).toBeGreaterThan(0);
    const { plan } = await packPods(nodes, pods);
    expect(findPlacementFault(nodes, pods, plan)).toBeNull();
    expect(plan.unplaced.map((index) => pods[index]?.gpus)).not.toContain(8);
  });

  it('makes room for a pod of a whole node by moving smaller ones, and takes no place away', async () => {
    const nodes = [gpuNode('a'), gpuNode('b')];
    const pods = [gpuPod('one', 1), gpuPod('two', 1), gpuPod('whole', 8)];
    const spread = {
      placements: [
        { pod: 0, node: 0, gpus: [0] },
        { pod: 1, node: 1, gpus: [0] },
      ],
      unplaced: [2],
      freeMilli: [],
    };
    const plan = await makeRoom(nodes, pods, spread);
    expect(plan.unplaced).toEqual([]);
    expect(findPlacementFault(nodes, pods, plan)).toBeNull();
    const full = await makeRoom([gpuNode('a')], pods, {
      ...spread,
      placements: spread.placements.slice(0, 1),
      unplaced: [1, 2],
    });
    expect(full.unplaced).toEqual([2]);
  });

  it('is never worse than best fit or first fit decreasing, by pods, then GPUs, then nodes, and holds', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(node, { minLength: 1, maxLength: 6 }),
        fc.array(pod, { maxLength: 40 }),
        async (nodes, pods) => {
          const { plan, bestFit, firstFitDecreasing } = await packPods(nodes, pods);
          expect(findPlacementFault(nodes, pods, plan)).toBeNull();
          const ours = measurePlan(pods, plan);
          for (const baseline of [bestFit, firstFitDecreasing]) {
            expect(findPlacementFault(nodes, pods, baseline)).toBeNull();
            const other = measurePlan(pods, baseline);
            expect(ours.unplacedPods).toBeLessThanOrEqual(other.unplacedPods);
            if (ours.unplacedPods < other.unplacedPods) continue;
            expect(ours.unplacedMilli).toBeLessThanOrEqual(other.unplacedMilli);
            if (ours.unplacedMilli === other.unplacedMilli) expect(ours.usedNodes).toBeLessThanOrEqual(other.usedNodes);
          }
        },
      ),
      { numRuns: draws(1000) },
    );
  });
});
