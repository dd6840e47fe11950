import { describe, expect, it } from 'vitest';
import {
  createHpa,
  createKpa,
  type HpaOptions,
  type KpaOptions,
  type ScalingDecision,
  type ScalingPolicy,
} from './index.ts';

const options: HpaOptions & KpaOptions = { concurrency: 8, targetRatio: 0.7, min: 1, max: 50 };

/**
 * Runs a policy with the given average numbers of concurrent requests, one for each evaluation. Each decision sets the
 * replicas of the next.
 */
function replayLooks(policy: ScalingPolicy, replicas: number, ...concurrencies: readonly number[]): number[] {
  let now = 0;
  let current = replicas;
  return concurrencies.map((concurrency) => {
    const fromSeconds = now;
    now += policy.everySeconds;
    const decision: ScalingDecision = policy.decide({
      fromSeconds,
      atSeconds: now,
      replicas: current,
      concurrencySeconds: concurrency * policy.everySeconds,
      arrivalsSeconds: [],
      servedSeconds: [],
      unserved: 0,
      waitsSeconds: [],
    });
    current = decision.replicas;
    return current;
  });
}

const times = (count: number, value: number): number[] => Array.from({ length: count }, () => value);

describe('the HPA', () => {
  it.each<[string, number, number[], number[]]>([
    ['follows use by target', 2, [14], [3]],
    ['leaves alone what is within a tenth of the target', 2, [12.3], [2]],
    ['grows by no more than 4 from a few replicas', 2, [400], [6]],
    ['grows to no more than twice many replicas', 10, [400], [20]],
    ['never goes below one replica', 1, [0, 0], [1, 1]],
    ['shrinks to the highest wish of 300 s only', 8, [45, ...times(20, 3), 3], [8, ...times(20, 8), 1]],
    ['keeps to its bounds', 40, [4000], [50]],
  ])('%s', (_, replicas, concurrencies, wanted) => {
    expect(replayLooks(createHpa(options), replicas, ...concurrencies)).toEqual(wanted);
  });

  it('takes a least of zero replicas for one', () => {
    expect(replayLooks(createHpa({ ...options, min: 0 }), 0, 0)).toEqual([1]);
  });
});

describe('the KPA', () => {
  it.each<[string, number, number[], number[]]>([
    ['follows the mean of a minute', 2, times(3, 11), [2, 2, 2]],
    ['panics when six seconds ask for twice the replicas, and does not shrink', 2, [40, 0, 0, 0], [8, 8, 8, 8]],
    ['shrinks by half a look at most', 16, [0, 0, 0], [8, 4, 2]],
    ['keeps to its bounds', 2, [4000], [50]],
  ])('%s', (_, replicas, concurrencies, wanted) => {
    expect(replayLooks(createKpa(options), replicas, ...concurrencies)).toEqual(wanted);
  });

  it('ends panic a minute after the last look that called for it', () => {
    const path = replayLooks(createKpa(options), 2, 40, ...times(40, 5));
    expect(path.slice(0, 31)).toEqual(times(31, 8));
    expect(path[31]).toBeLessThan(8);
  });

  it('goes to zero when it may, and comes back', () => {
    const path = replayLooks(createKpa({ ...options, min: 0 }), 1, ...times(3, 0), 1);
    expect(path).toEqual([0, 0, 0, 1]);
  });

  it('waits with shrinking for the scale-down delay', () => {
    const path = replayLooks(createKpa({ ...options, scaleDownDelaySeconds: 10 }), 4, ...times(3, 22), ...times(7, 0));
    expect(path.slice(0, 3)).toEqual([4, 4, 4]);
    expect(path.slice(3, 7)).toEqual([4, 4, 4, 4]);
  });
});
