import { describe, expect, it } from 'vitest';
import type { GpuUse } from '../../src/platform/gpus/schema.ts';
import { gpuText } from './gpus.ts';

const USE: GpuUse = {
  source: 'nvidia-smi',
  count: 2,
  model: 'NVIDIA A10G',
  utilizationRatio: 0.614,
  peakMemoryBytes: 20 * 1024 ** 3,
  energyJoules: 45_000,
  reason: null,
};

describe('what GPUs did, in words', () => {
  it.each<[string, Partial<GpuUse>]>([
    ['2 x NVIDIA A10G: 61 % busy, 20.0 GiB, 0.0125 kWh (nvidia-smi)', {}],
    ['2 x GPU: 61 % busy, 20.0 GiB (dcgm)', { model: null, energyJoules: null, source: 'dcgm' }],
    ['2 x NVIDIA A10G: not measured', { source: 'declared' }],
  ])('%s', (text, over) => {
    expect(gpuText({ ...USE, ...over })).toBe(text);
  });
});
