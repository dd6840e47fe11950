import { describe, expect, it } from 'vitest';
import { computeCpuMemory } from './containers/cpu-memory.ts';
import { computeKeptReplicas, computeReplicasNeeded, pickQuantile } from './endpoints/replica-count.ts';
import { idleHours, isWorthZero } from './endpoints/scale-to-zero.ts';
import { rateConfidence } from './savings/confidence.ts';

const MINUTE = 60_000;
const hour = (requests: number, measured = 1) => ({ measured, requests, replicas: measured === 0 ? null : 1 });

describe('hours without requests', () => {
  it.each<[string, ReturnType<typeof hour>[], number, number[], number, number]>([
    ['of a variant that nobody asks are all saved', [hour(0), hour(0)], 5, [0, 0], 2, 0],
    ['are kept until replicas are given back', [hour(9), hour(0), hour(0)], 30, [1, 0.5, 0], 2, 0],
    ['are kept for longer where that takes hours', [hour(9), hour(0), hour(0), hour(0)], 90, [1, 1, 0.5, 0], 3, 0],
    ['that were not measured are taken to be busy', [hour(0), hour(0, 0), hour(0)], 60, [0, 1, 1], 1, 1],
    [
      'end with a request that finds no replica',
      [hour(0), hour(3), hour(0), hour(0), hour(1)],
      60,
      [0, 1, 1, 0, 1],
      0,
      2,
    ],
  ])('%s', (_, hours, idleMinutes, keep, tail, coldStarts) => {
    const idle = idleHours(hours, idleMinutes * MINUTE);
    expect(idle.keep).toEqual(keep);
    expect([idle.idleTailHours, idle.coldStarts]).toEqual([tail, coldStarts]);
  });

  it('are worth saying from half of a day on that was measured', () => {
    const of = (idle: number, busy: number) =>
      isWorthZero(idleHours([...Array(idle).fill(hour(0)), ...Array(busy).fill(hour(1))], 0));
    expect([of(12, 12), of(11, 13), of(23, 0), of(24, 0)]).toEqual([true, false, false, true]);
  });
});

describe('replicas that suffice', () => {
  const minutes = (count: number, busyMs: number) =>
    Array.from({ length: count }, () => ({ busyMs, replicaMs: 4 * MINUTE }));
  it.each<[string, number, number, number | null]>([
    ['are not known from less than three hours', 179, 0, null],
    ['are one where nobody asks', 180, 0, 1],
    ['are one up to 80 % of it', 180, 0.8 * 8 * MINUTE, 1],
    ['are two above that', 180, 0.81 * 8 * MINUTE, 2],
    ['are more than there are where too few are', 180, 4 * 8 * MINUTE, 5],
  ])('%s', (_, count, busyMs, expected) => {
    expect(computeReplicasNeeded(minutes(count, busyMs), 8)).toBe(expected);
  });

  it('bear bursts of one minute in twenty and no more', () => {
    const with_ = (bursts: number) => [...minutes(200 - bursts, 0), ...minutes(bursts, 4 * 8 * MINUTE)];
    expect([computeReplicasNeeded(with_(10), 8), computeReplicasNeeded(with_(11), 8)]).toEqual([1, 5]);
  });

  it.each([
    [4, 4, 1, 0.25],
    [6, 4, 1, 0.5],
    [2, 4, 1, 0.5],
    [1, 4, 2, 1],
    [null, 4, 1, 1],
    [0, 4, 1, 1],
  ])('of %s replicas with a least of %i, %i instead, keep %d of the cost', (replicas, min, needed, keep) => {
    expect(computeKeptReplicas(replicas, min, needed)).toBe(keep);
  });

  it('by nearest rank', () => {
    expect([pickQuantile([1, 2, 3, 4], 0.5), pickQuantile([1], 0.95), pickQuantile([], 0.95)]).toEqual([2, 1, 0]);
  });
});

describe('CPU and memory', () => {
  const read = (readings: number, cpusP95: number, memoryMaxBytes: number, spanMs = HOURS_3) => {
    return { readings, spanMs, cpusP95, memoryMaxBytes };
  };
  const HOURS_3 = 3 * 3_600_000;
  it.each([
    ['are not known from fewer than 100 readings', read(99, 1, 1e9), null, null],
    ['are not known from less than 3 hours', read(100, 1, 1e9, HOURS_3 - 1), null, null],
    ['are P95 and the maximum with 15 %', read(100, 0.2, 2e9), null, { cpus: 0.2, memoryBytes: 2.3e9 }],
    [
      'are whole thousandths, never below what is measured',
      read(100, 0.2001, 2e9),
      null,
      { cpus: 0.201, memoryBytes: 2.3e9 },
    ],
    ['are a quarter more than what it was ended at', read(100, 0.2, 1e9), 2e9, { cpus: 0.2, memoryBytes: 2.5e9 }],
    ['are never below the floor', read(100, 0, 0), null, { cpus: 0.01, memoryBytes: 1e8 }],
  ])('%s', (_, readings, endedAt, expected) => {
    expect(computeCpuMemory(readings, endedAt)).toEqual(expected);
  });
});

it.each([
  [14, 0.95, 'high'],
  [14, 0.949, 'medium'],
  [13.9, 1, 'medium'],
  [3, 0.1, 'medium'],
  [2.9, 1, 'low'],
])('%d days with %d measured are of %s confidence', (days, coverage, level) => {
  expect(rateConfidence(days, coverage).level).toBe(level);
});
