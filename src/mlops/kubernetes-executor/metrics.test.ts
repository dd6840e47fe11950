import { describe, expect, it } from 'vitest';
import { addMetrics, type MeasuredUsage } from './metrics.ts';

const at = (timestamp: number, cpu: string, memory: string, window = '15s') => ({
  timestamp,
  window,
  containers: [
    { name: 'carry', usage: { cpu: '1', memory: '1Gi' } },
    { name: 'main', usage: { cpu, memory } },
  ],
});
const summed = (...all: Parameters<typeof addMetrics>[1][]) =>
  all.reduce<MeasuredUsage | null>((before, one) => addMetrics(before, one), null);

describe('what a metrics API says of a pod', () => {
  it('is added up over the time that it speaks of, of the command alone', () => {
    expect(summed(at(60_000, '500m', '64Mi'), at(75_000, '2', '32Mi'))).toEqual({
      cpuSeconds: 0.5 * 15 + 2 * 15,
      peakMemoryBytes: 64 * 1024 ** 2,
      from: 45_000,
      to: 75_000,
    });
  });

  it('counts once, however often it is asked', () => {
    const once = summed(at(60_000, '250000000n', '64Mi', '1m0.5s'));
    expect(once).toMatchObject({ cpuSeconds: 0.25 * 60.5 });
    expect(addMetrics(once, at(60_000, '250000000n', '64Mi'))).toBe(once);
  });

  it('is nothing where it speaks of other containers, or in no numbers', () => {
    expect(addMetrics(null, { timestamp: 1, window: '1s', containers: [] })).toBe(null);
    expect(addMetrics(null, at(1, 'much', '64Mi'))).toBe(null);
  });
});
