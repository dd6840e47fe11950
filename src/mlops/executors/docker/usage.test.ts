import { describe, expect, it } from 'vitest';
import { maximizeUsage, parseUsage } from './usage.ts';

const cpu = { cpu_usage: { total_usage: 1_500_000_000, percpu_usage: [1, 2] }, system_cpu_usage: 9e12, online_cpus: 2 };

describe('what a container has taken', () => {
  it.each([
    ['cgroup v1', { usage: 1_000, max_usage: 5_000, stats: { total_inactive_file: 300, inactive_file: 200 } }, 700],
    ['cgroup v2', { usage: 1_000, stats: { inactive_file: 200 } }, 800],
    ['an engine that counts no memory', {}, null],
  ])('is read of %s', (_, memory, peakMemoryBytes) => {
    expect(parseUsage({ cpu_stats: cpu, memory_stats: memory })).toEqual({ cpuSeconds: 1.5, peakMemoryBytes });
  });

  it.each([[null], [{}], [{ cpu_stats: { cpu_usage: { total_usage: 0 } }, memory_stats: {} }]])(
    'is not known of %j',
    (stats) => {
      expect(parseUsage(stats)).toEqual({ cpuSeconds: null, peakMemoryBytes: null });
    },
  );

  it('is the most of what was seen', () => {
    const one = { cpuSeconds: 2, peakMemoryBytes: null };
    expect(maximizeUsage(one, { cpuSeconds: 1, peakMemoryBytes: 5 })).toEqual({ cpuSeconds: 2, peakMemoryBytes: 5 });
  });
});
