import { describe, expect, it } from 'vitest';
import { seeded } from '../../../testing/random.ts';
import { distributeRequests, findCheapestMix, type MixQuestion } from './replica-mix.ts';
import { minimise } from './simplex.ts';

const breathe = async () => {};
const usual = { loadRatio: 1, leastReplicas: 1, mostReplicas: 20 };

function randomQuestion(seed: number, types: number, buckets: number): MixQuestion {
  const next = seeded(seed);
  return {
    types: Array.from({ length: types }, (_, at) => ({
      name: `type-${at}`,
      pricePerHour: 0.3 + next() * 5,
      requestsPerSecond: Array.from({ length: buckets }, () => (next() < 0.15 ? null : 1 + next() * 20)),
    })),
    demand: Array.from({ length: buckets }, () => next() * 30),
    loadRatio: 0.8,
    leastReplicas: Math.floor(next() * 3),
    mostReplicas: 8,
  };
}

/**
 * For two types, without a linear program: sizes fill the first type in order of their load on the second one, relative to
 * the first, the highest first.
 */
function fitsTwo({ types, demand, loadRatio }: MixQuestion, [first, second]: readonly [number, number]): boolean {
  const loads = demand.map((rate, bucket) =>
    types.map(({ requestsPerSecond }) => {
      const most = requestsPerSecond[bucket] ?? null;
      return most === null ? Number.POSITIVE_INFINITY : rate / (most * loadRatio);
    }),
  );
  const sorted = loads.toSorted(([a = 0, b = 0], [c = 0, d = 0]) => a / b - c / d);
  let [left, needed] = [first, 0];
  for (const [onFirst = 0, onSecond = 0] of sorted) {
    if (onFirst === Number.POSITIVE_INFINITY && onSecond === Number.POSITIVE_INFINITY) return false;
    const part = onFirst === Number.POSITIVE_INFINITY ? 0 : Math.min(left / onFirst, 1);
    left -= part * (part === 0 ? 0 : onFirst);
    if (part < 1) needed += (1 - part) * onSecond;
  }
  return needed <= second + 1e-7;
}

describe('the cheapest mix of replicas', () => {
  it.each([1, 2, 3, 4])(
    'of two types is that of trying all numbers of both, with %d request sizes',
    async (buckets) => {
      for (let seed = 1; seed <= 60; seed += 1) {
        const question = randomQuestion(seed * 7 + buckets, 2, buckets);
        let least = Number.POSITIVE_INFINITY;
        for (let first = 0; first <= question.mostReplicas; first += 1) {
          for (let second = 0; second <= question.mostReplicas; second += 1) {
            if (first + second < question.leastReplicas || !fitsTwo(question, [first, second])) continue;
            const [a, b] = question.types.map(({ pricePerHour }) => pricePerHour) as [number, number];
            least = Math.min(least, first * a + second * b);
          }
        }
        const found = await findCheapestMix(question, breathe);
        if (found === null) expect(least).toBe(Number.POSITIVE_INFINITY);
        else {
          expect(found.pricePerHour).toBeCloseTo(least, 6);
          expect(found.isProven).toBe(true);
        }
      }
    },
  );

  it('of five types and eight sizes is found, served, and no dearer than any one type', async () => {
    for (const seed of [1, 2, 3]) {
      const question = { ...randomQuestion(seed, 5, 8), mostReplicas: 200 };
      const found = await findCheapestMix(question, breathe);
      if (found === null) throw new Error('there is a mix');
      expect(found.isProven).toBe(true);
      for (const shares of found.shares) expect(shares.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 6);
      question.types.forEach(({ requestsPerSecond }, at) => {
        const load = question.demand.reduce(
          (sum, rate, bucket) =>
            sum +
            ((found.shares[bucket]?.[at] ?? 0) * rate) / ((requestsPerSecond[bucket] ?? Number.NaN) * 0.8 || 1e-9),
          0,
        );
        if (requestsPerSecond.every((rate) => rate !== null)) {
          expect(load).toBeLessThanOrEqual((found.replicas[at] ?? 0) + 1e-6);
          const alone = question.demand.reduce((sum, rate, b) => sum + rate / ((requestsPerSecond[b] ?? 0) * 0.8), 0);
          expect(found.pricePerHour).toBeLessThanOrEqual(
            Math.max(Math.ceil(alone), question.leastReplicas) * (question.types[at]?.pricePerHour ?? 0) + 1e-6,
          );
        }
      });
    }
  });

  it('shares one size out between types where that is cheaper than more of one', async () => {
    const types = [
      { name: 'small', pricePerHour: 1, requestsPerSecond: [10] },
      { name: 'large', pricePerHour: 3, requestsPerSecond: [40] },
    ];
    const found = await findCheapestMix({ ...usual, types, demand: [50] }, breathe);
    expect(found).toMatchObject({ replicas: [1, 1], pricePerHour: 4 });
    expect(distributeRequests({ ...usual, types, demand: [50] }, [0, 1])).toBeNull();
  });

  it('is exact for loads of very different sizes', async () => {
    // Two sizes of very different demand: 0.001 requests/s of 300/s, and 300 requests/s of 0.1/s.
    const types = [
      { name: 'a', pricePerHour: 2, requestsPerSecond: [300, 0.1] },
      { name: 'b', pricePerHour: 3, requestsPerSecond: [2000, 0.16] },
    ];
    const found = await findCheapestMix({ ...usual, types, demand: [0.001, 300], mostReplicas: 5000 }, breathe);
    // 1,874 of b answer 299.84 large requests a second for 5,622; two of a answer the rest and the small ones for 4.
    expect(found).toMatchObject({ replicas: [2, 1874], pricePerHour: 5626, isProven: true });
  });

  it('serves a size without requests by a type that can', async () => {
    const types = [
      { name: 'a', pricePerHour: 1, requestsPerSecond: [10, null] },
      { name: 'b', pricePerHour: 2, requestsPerSecond: [10, 5] },
    ];
    const found = await findCheapestMix({ ...usual, types, demand: [5, 0] }, breathe);
    expect(found).toMatchObject({
      replicas: [1, 0],
      pricePerHour: 1,
      shares: [
        [1, 0],
        [0, 1],
      ],
    });
  });

  it('is none where no type answers a size, or where too few replicas may be had', async () => {
    const types = [{ name: 'a', pricePerHour: 1, requestsPerSecond: [10, null] }];
    expect(await findCheapestMix({ ...usual, types, demand: [5, 5] }, breathe)).toBeNull();
    expect(await findCheapestMix({ ...usual, types, demand: [500], mostReplicas: 3 }, breathe)).toBeNull();
  });
});

describe('a linear program', () => {
  it('is solved with equalities, lower bounds and negative bounds, or has no solution', () => {
    const rows = [
      { coefficients: [1, 1], relation: '=', bound: 10 },
      { coefficients: [-1, 0], relation: '<=', bound: -2 },
      { coefficients: [0, 1], relation: '<=', bound: 5 },
    ] as const;
    expect(minimise({ cost: [2, 1], rows })).toEqual({ cost: 15, x: [5, 5] });
    expect(minimise({ cost: [1, 1], rows: [...rows, { coefficients: [1, 0], relation: '<=', bound: 1 }] })).toBeNull();
  });
});
