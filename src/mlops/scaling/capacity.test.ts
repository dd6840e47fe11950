import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../../platform/numbers/index.ts';
import { draws } from '../../testing/deep.ts';
import { computeMissStandardError } from './batch-means.ts';
import { type CapacityQuestion, measureCapacity } from './capacity.ts';
import { createDecidedPolicy, replay } from './simulation.ts';

const exponential = (random: Random) => -Math.log(1 - random());
const normal = (random: Random) => Math.sqrt(2 * exponential(random)) * Math.cos(2 * Math.PI * random());

/** Seconds of service with a mean near 1. */
const distributions: readonly [string, (random: Random) => number][] = [
  ['exponential', exponential],
  ['lognormal', (random) => Math.exp(0.8 * normal(random) - 0.32)],
  ['constant', () => 1],
  ['bimodal', (random) => (random() < 0.9 ? 0.5 : 5.5)],
];
const slos = [
  { concurrency: 1, waitSeconds: 2, missRatio: 0.05 },
  { concurrency: 4, waitSeconds: 1, missRatio: 0.02 },
];

const measuredSample = (serviceOf: (random: Random) => number, count: number, seed: number) => {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => serviceOf(random));
};

/** Share of requests that wait too long at one replica, by the replay of scaling policies: another engine than the one behind the capacity. */
function shareWaiting({ concurrency, waitSeconds }: CapacityQuestion, rate: number, serve: () => number, seed: number) {
  const random = createRandom(seed);
  let at = 0;
  const atSeconds = Float64Array.from({ length: 40_000 }, () => {
    at += exponential(random) / rate;
    return at;
  });
  const trace = { atSeconds, serviceSeconds: Float64Array.from(atSeconds, serve) };
  const policy = createDecidedPolicy([[0, 1]]);
  const { waitsSeconds } = replay(trace, policy, { concurrency, coldStartSeconds: 0 }, 1);
  const share = waitsSeconds.filter((wait) => wait > waitSeconds).length / waitsSeconds.length;
  return { share, standardError: computeMissStandardError(waitsSeconds, waitSeconds) ?? 0 };
}

describe('the capacity of a replica at a latency SLO', () => {
  it.each(slos.flatMap((slo) => distributions.map(([name, serviceOf]) => ({ name, serviceOf, ...slo }))))(
    'keeps the stated share with $name service times and $concurrency places, and 1.3 times the rate does not',
    async ({ serviceOf, ...slo }) => {
      for (let seed = 1; seed <= draws(20, 1); seed += 1) {
        const serviceSeconds = measuredSample(serviceOf, 400, seed);
        const question = { ...slo, serviceSeconds };
        const capacity = await measureCapacity(question);
        if (capacity === null) throw new Error('there is a capacity');
        const random = createRandom(1000 + seed);
        const serve = () => serviceSeconds[Math.floor(random() * serviceSeconds.length)] ?? 0;
        const at = shareWaiting(question, capacity.requestsPerSecond, serve, 2000 + seed);
        expect(at.share).toBeLessThanOrEqual(slo.missRatio + 2 * at.standardError);
        const above = shareWaiting(question, 1.3 * capacity.requestsPerSecond, serve, 3000 + seed);
        expect(above.share).toBeGreaterThan(slo.missRatio + 2 * above.standardError);
      }
    },
  );

  it('is near the exact capacity of M/M/1 and M/D/1', async () => {
    // rho x exp(-2 (1 - rho)) = 0.05 at rho = 0.2323.
    const exact = Array.from({ length: 4000 }, (_, index) => -Math.log(1 - (index + 0.5) / 4000));
    const slo = { concurrency: 1, waitSeconds: 2, missRatio: 0.05 };
    const mm1 = await measureCapacity({ ...slo, serviceSeconds: exact });
    expect(mm1?.requestsPerSecond).toBeGreaterThan(0.2);
    expect(mm1?.requestsPerSecond).toBeLessThan(0.2323);
    // No wait at all: the share that finds the place taken is rho.
    const constant = Array.from({ length: 20 }, () => 0.5);
    const md1 = await measureCapacity({ ...slo, waitSeconds: 0, serviceSeconds: constant });
    expect(md1?.requestsPerSecond).toBeGreaterThan(0.09);
    expect(md1?.requestsPerSecond).toBeLessThan(0.101);
    expect(md1?.interval).toEqual({ lower: md1?.requestsPerSecond, upper: md1?.requestsPerSecond });
  });

  it('has an interval that gets narrower with more measurements, and holds fresh service times at its lower end', async () => {
    const slo = { concurrency: 2, waitSeconds: 1, missRatio: 0.05 };
    const few = await measureCapacity({ ...slo, serviceSeconds: measuredSample(exponential, 40, 7) });
    const many = await measureCapacity({ ...slo, serviceSeconds: measuredSample(exponential, 1000, 7) });
    const widthOf = (capacity: typeof few) => (capacity?.interval?.upper ?? 0) / (capacity?.interval?.lower ?? 1);
    expect(widthOf(few)).toBeGreaterThan(1.2 * widthOf(many));
    const random = createRandom(99);
    const lower = many?.interval?.lower ?? 0;
    const fresh = shareWaiting({ ...slo, serviceSeconds: [] }, lower, () => exponential(random), 98);
    expect(fresh.share).toBeLessThanOrEqual(slo.missRatio + 2 * fresh.standardError);
  });

  it('uses no more than 0.9 of the places, however long requests may wait', async () => {
    const serviceSeconds = Array.from({ length: 30 }, () => 0.01);
    const capacity = await measureCapacity({ concurrency: 2, waitSeconds: 60, missRatio: 0.5, serviceSeconds });
    expect(capacity?.requestsPerSecond).toBeCloseTo(180, 6);
  });

  it('is unknown without a service time, and without an interval for few', async () => {
    const slo = { concurrency: 1, waitSeconds: 1, missRatio: 0.05 };
    expect(await measureCapacity({ ...slo, serviceSeconds: [] })).toBeNull();
    expect(await measureCapacity({ ...slo, serviceSeconds: [0, 0] })).toBeNull();
    expect(await measureCapacity({ ...slo, serviceSeconds: [1, 2, 1] })).toMatchObject({ interval: null });
  });
});
