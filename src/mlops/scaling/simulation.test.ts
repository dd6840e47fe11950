import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bursts } from './seeded-traces.testing.ts';
import { createDecidedPolicy, createReplay, type Decision, replay, type Trace } from './simulation.ts';

const fleet = { concurrency: 8, coldStartSeconds: 30 };
const trace = (...requests: readonly (readonly [at: number, service: number])[]): Trace => ({
  atSeconds: Float64Array.from(requests, ([at]) => at),
  serviceSeconds: Float64Array.from(requests, ([, service]) => service),
});
const nine = (service: number) => trace(...Array.from({ length: 9 }, () => [0, service] as const));
const follow = (requests: Trace, ...decisions: readonly Decision[]) =>
  replay(requests, createDecidedPolicy(decisions), fleet, decisions[0]?.[1] ?? 0);

describe('a replay', () => {
  it('makes the ninth of nine requests wait for one of eight places', () => {
    const { waitsSeconds, replicaHours } = follow(nine(10), [0, 1]);
    expect([...waitsSeconds]).toEqual([...Array.from({ length: 8 }, () => 0), 10]);
    expect(replicaHours).toBeCloseTo(60 / 3600, 12);
  });

  it('pays a replica from the wish on, though it comes too late', () => {
    const { waitsSeconds, replicaHours } = follow(nine(10), [0, 1], [2, 2]);
    expect(Math.max(...waitsSeconds)).toBe(10);
    expect(replicaHours).toBeCloseTo((2 + 2 * 58) / 3600, 12);
  });

  it('serves with a new replica after the cold start', () => {
    expect(Math.max(...follow(nine(100), [0, 1], [2, 2]).waitsSeconds)).toBe(32);
  });

  it('counts a request that is never served as waiting to the end', () => {
    expect([...follow(trace([0, 1]), [0, 0]).waitsSeconds]).toEqual([60]);
  });

  it('takes no place away that is in use', () => {
    const eight = trace(...Array.from({ length: 8 }, () => [0, 10] as const));
    expect(follow(eight, [0, 2], [1, 0]).replicaHours).toBeCloseTo((2 + 9) / 3600, 12);
  });

  it('is the same in pieces as at once', () => {
    const requests = bursts(5, 600);
    const decisions = fc.array(fc.tuple(fc.integer({ min: 0, max: 600 }), fc.integer({ min: 0, max: 6 })));
    fc.assert(
      fc.property(decisions, fc.integer({ min: 1, max: 50 }), (list, events) => {
        const sorted = list.toSorted(([a], [b]) => a - b);
        const whole = follow(requests, ...sorted);
        const pieces = createReplay(requests, createDecidedPolicy(sorted), fleet, sorted[0]?.[1] ?? 0);
        while (!pieces.goOn(events));
        expect(pieces.waitsSeconds).toEqual(whole.waitsSeconds);
        expect(pieces.replicaHours).toBe(whole.replicaHours);
        expect(whole.waitsSeconds.every((wait) => wait >= 0)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it('lets nobody wait longer for one more replica all the time', () => {
    const requests = bursts(2, 1200);
    const waits = [1, 2, 3, 4].map((replicas) => follow(requests, [0, replicas]).waitsSeconds);
    for (const [index, fewer] of waits.entries()) {
      const more = waits[index + 1] ?? fewer;
      expect(more.every((wait, request) => wait <= (fewer[request] ?? 0) + 1e-9)).toBe(true);
    }
  });
});
