import { describe, expect, it } from 'vitest';
import { addRunningCalibration, computeCalibration, computeGainRatio } from './compute.ts';

const usd = (amount: string) => ({ amount, currency: 'USD' });

describe('the calibration of predicted gains', () => {
  it('is the mean ratio with its interval from five rounds on', () => {
    // Mean 1, s = 0.158114, t(0.975; 4) = 2.776445: reach 0.196324.
    const found = computeCalibration([0.8, 1.2, 1, 0.9, 1.1]);
    expect(found).toMatchObject({ rounds: 5, reason: null });
    expect(found.ratio).toBeCloseTo(1, 9);
    expect(found.lower).toBeCloseTo(1 - 0.196324, 5);
    expect(found.upper).toBeCloseTo(1 + 0.196324, 5);
    expect(computeCalibration([1, 1, 1, 1])).toMatchObject({
      ...{ rounds: 4, ratio: null, lower: null },
      reason: '4 of 5 rounds have a predicted and a measured gain',
    });
  });

  it('runs over the rounds in time, and leaves rounds without a ratio out', () => {
    const round = (ratio: number | null, at: number) => ({
      ...{ retraining: 'r', round: at, model: 'm', version: '1', at: `2026-11-0${at}T00:00:00Z`, isFinal: true },
      ...{ predicted: null, measured: null, ratio, reason: null },
    });
    const found = addRunningCalibration([1, 1, null, 1, 1, 2, 6].map((ratio, index) => round(ratio, index + 1)));
    expect(found.map(({ calibration }) => calibration)).toEqual([null, null, null, null, null, 1.2, 2]);
  });

  it.each([
    [usd('100'), usd('80'), 0.8, null],
    [usd('100'), usd('-50'), -0.5, null],
    [usd('100'), null, null, /not measured/],
    [null, usd('1'), null, /no gain was predicted/],
    [usd('0'), usd('1'), null, /not above 0/],
    [usd('1'), { amount: '1', currency: 'EUR' }, null, /in USD, measured in EUR/],
  ])('has the ratio of %j and %j', (predicted, measured, ratio, reason) => {
    const found = computeGainRatio({ predicted, measured, reason: null });
    expect(found.ratio).toBe(ratio);
    if (reason === null) expect(found.reason).toBeNull();
    else expect(found.reason).toMatch(reason);
  });
});
