import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addJoules, addPower, LONGEST_GAP_MS, NO_JOULES, NO_POWER } from './energy.ts';

const sample = (timestamp: number, value: number) => ({ timestamp, value });

describe('power over time', () => {
  it('joins samples by straight lines', () => {
    const sum = addPower(NO_POWER, [sample(0, 100), sample(60_000, 200), sample(120_000, 200)]);
    expect(sum).toMatchObject({ wattMs: 150 * 60_000 + 200 * 60_000, coveredMs: 120_000, gapMs: 0 });
  });

  it('joins samples five minutes apart, and none that are further', () => {
    const joined = addPower(NO_POWER, [sample(0, 10), sample(LONGEST_GAP_MS, 10)]);
    expect(joined).toMatchObject({ wattMs: 10 * LONGEST_GAP_MS, gapMs: 0 });
    const apart = addPower(NO_POWER, [sample(0, 10), sample(LONGEST_GAP_MS + 1, 10), sample(LONGEST_GAP_MS + 2, 10)]);
    expect(apart).toMatchObject({ wattMs: 10, coveredMs: 1, gapMs: LONGEST_GAP_MS + 1 });
  });

  it('takes no sample that is no number, or below zero', () => {
    const sum = addPower(NO_POWER, [sample(0, 10), sample(1000, Number.NaN), sample(2000, -5), sample(3000, 10)]);
    expect(sum).toMatchObject({ wattMs: 30_000, coveredMs: 3000 });
  });

  it('is the same however the samples are read in parts', () => {
    const samples = fc
      .array(fc.record({ timestamp: fc.integer({ min: 0, max: 10_000_000 }), value: fc.integer({ min: 0, max: 700 }) }))
      .map((all) => all.toSorted((a, b) => a.timestamp - b.timestamp));
    fc.assert(
      fc.property(samples, fc.nat(), (all, cut) => {
        const at = all.length === 0 ? 0 : cut % all.length;
        expect(addPower(addPower(NO_POWER, all.slice(0, at)), all.slice(at))).toEqual(addPower(NO_POWER, all));
      }),
    );
  });
});

describe('a counter of energy', () => {
  const sample = (value: number) => ({ value });

  it('begins at zero with each try', () => {
    expect(addJoules(NO_JOULES, [100, 250, 40, 41].map(sample))).toEqual({ joules: 291, last: 41 });
  });

  it('is the same in parts, and takes no sample that is no number', () => {
    const part = addJoules(NO_JOULES, [100, Number.NaN].map(sample));
    expect(addJoules(part, [250, 40].map(sample))).toEqual({ joules: 290, last: 40 });
  });
});
