import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GpuReading } from './reading.ts';
import { addReadings, type GpuTally, LONGEST_GAP_MS, NO_READINGS, summarizeGpuUse } from './tally.ts';

const GIB = 1024 ** 3;
const reading = (at: number, over: Partial<GpuReading> = {}): GpuReading => ({
  at,
  uuid: 'GPU-a',
  index: 0,
  model: 'NVIDIA A10G',
  utilizationRatio: 0.5,
  memoryBytes: GIB,
  powerWatts: 100,
  energyJoules: null,
  ...over,
});
const after = (...looks: readonly (readonly GpuReading[])[]): GpuTally =>
  looks.reduce((tally, readings, index) => addReadings(tally, readings, index > 0), NO_READINGS);
const tallyUse = (...looks: readonly (readonly GpuReading[])[]) =>
  summarizeGpuUse(after(...looks), 'nvidia-smi', { count: 1, model: null });

describe('what readings of GPUs add up to', () => {
  it('is the mean of the utilisation, the most memory at once, and power over time', () => {
    const b = { uuid: 'GPU-b', index: 1 };
    const use = tallyUse(
      [reading(0), reading(0, b)],
      [reading(10_000, { utilizationRatio: 1, powerWatts: 200 }), reading(10_000, { ...b, utilizationRatio: 0 })],
      [reading(20_000, { memoryBytes: 3 * GIB, powerWatts: 200 }), reading(20_000, b)],
    );
    // 0: (100 + 200) / 2 x 10 + 200 x 10; 1: 100 x 20.
    expect(use).toEqual({
      source: 'nvidia-smi',
      count: 2,
      model: 'NVIDIA A10G',
      utilizationRatio: 0.5,
      peakMemoryBytes: 4 * GIB,
      energyJoules: 1500 + 2000 + 2000,
      reason: null,
    });
  });

  it('is the difference of the counter where there is one, exactly, whatever the power was', () => {
    const counted = (at: number, energyJoules: number) => [reading(at, { energyJoules, powerWatts: 9_999 })];
    expect(tallyUse(counted(0, 1000), counted(10_000, 1700), counted(3_600_000, 5000))).toMatchObject({
      energyJoules: 4000,
      reason: null,
    });
  });

  it('is power over time where the counter went back, as with a driver that was loaded anew', () => {
    const use = tallyUse([reading(0, { energyJoules: 1e6 })], [reading(10_000, { energyJoules: 5 })]);
    expect(use).toMatchObject({ energyJoules: 1000 });
  });

  it('leaves out the time of which nothing is known, and says so', () => {
    const use = tallyUse([reading(0)], [reading(10_000)], [reading(10_000 + LONGEST_GAP_MS + 60_000)]);
    expect(use).toMatchObject({ energyJoules: 1000, reason: 'energy leaves out 6.0 GPU-minutes without readings' });
  });

  it('is not known, and never zero, where nothing was measured', () => {
    const nothing = { utilizationRatio: null, memoryBytes: null, powerWatts: null };
    expect(tallyUse([reading(0, nothing)], [reading(10_000, nothing)])).toMatchObject({
      utilizationRatio: null,
      peakMemoryBytes: null,
      energyJoules: null,
      reason:
        'no reading of utilization while it ran; no reading of GPU memory while it ran; fewer than two readings of energy or power',
    });
    expect(tallyUse([reading(0)])).toMatchObject({ utilizationRatio: null, energyJoules: null });
  });

  it('is what was declared where nobody reads them, and nothing where there are none', () => {
    expect(summarizeGpuUse(NO_READINGS, null, { count: 2, model: 'H100' })).toEqual({
      source: 'declared',
      count: 2,
      model: 'H100',
      utilizationRatio: null,
      peakMemoryBytes: null,
      energyJoules: null,
      reason: 'no readings',
    });
    expect(summarizeGpuUse(NO_READINGS, null, { count: 0, model: null })).toBe(null);
  });

  it('is the same through a file between any two readings', () => {
    const looks = fc.array(fc.record({ elapsed: fc.integer({ min: 1, max: 400_000 }), watts: fc.nat({ max: 700 }) }));
    fc.assert(
      fc.property(looks, (all) => {
        let at = 0;
        let [whole, kept] = [NO_READINGS, NO_READINGS];
        for (const { elapsed, watts } of all) {
          at += elapsed;
          whole = addReadings(whole, [reading(at, { powerWatts: watts })], true);
          kept = addReadings(JSON.parse(JSON.stringify(kept)), [reading(at, { powerWatts: watts })], true);
        }
        expect(kept).toEqual(whole);
      }),
    );
  });
});
