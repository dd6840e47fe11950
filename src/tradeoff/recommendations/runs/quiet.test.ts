import { describe, expect, it } from 'vitest';
import { areIdle, isQuiet } from './quiet.ts';

const MINUTE = 60_000;
const NOW = 100 * MINUTE;
const asked = { now: NOW, windowMs: 30 * MINUTE, threshold: 0.01 };
/** Readings every 15 s from this many minutes ago until now. */
const readings = (minutesAgo: number, utilizationRatio = 0, untilMinutesAgo = 0) =>
  Array.from({ length: ((minutesAgo - untilMinutesAgo) * MINUTE) / 15_000 + 1 }, (_, index) => ({
    at: NOW - minutesAgo * MINUTE + index * 15_000,
    utilizationRatio,
  }));
const withBusy = (minutesAgo: number) =>
  readings(31).map((one) => (one.at === NOW - minutesAgo * MINUTE ? { ...one, utilizationRatio: 0.5 } : one));

describe('GPUs', () => {
  it.each<[string, ReturnType<typeof readings>[], boolean]>([
    ['that did nothing for the whole window are idle', [readings(31), readings(31)], true],
    ['one of which was busy are not', [readings(31), withBusy(10)], false],
    ['that were busy before the window are', [withBusy(31)], true],
    ['that were busy at the end are not', [withBusy(0)], false],
    ['whose noise is below the threshold are', [readings(31, 0.0099)], true],
    ['at the threshold are not', [readings(31, 0.01)], false],
    ['that were not read for the whole window are not', [readings(29)], false],
    ['of which nothing was read lately are not', [readings(31, 0, 6)], false],
    ['with a gap of more than five minutes are not', [[...readings(31, 0, 20), ...readings(14)]], false],
    ['with a gap of five minutes are', [[...readings(31, 0, 20), ...readings(15)]], true],
    ['one of which has no reading are not', [readings(31), []], false],
    ['that are none are not', [], false],
  ])('%s', (_, gpus, expected) => {
    expect(areIdle(gpus, asked)).toBe(expected);
  });
});

describe('minutes without a request', () => {
  const minutes = (from: number, to: number, requests = 0, measuredMs = MINUTE) =>
    Array.from({ length: from - to }, (_, index) => ({ at: NOW - (from - index) * MINUTE, requests, measuredMs }));
  it.each<[string, ReturnType<typeof minutes>, boolean]>([
    ['are quiet when all of them were measured', minutes(30, 0), true],
    ['are not when one was not', minutes(30, 1), false],
    ['are not when one was measured for less than half', [...minutes(30, 1), ...minutes(1, 0, 0, 29_000)], false],
    ['are not when somebody asked in one', [...minutes(30, 5), ...minutes(5, 4, 1), ...minutes(4, 0)], false],
    ['are when somebody asked before them', [...minutes(31, 30, 9), ...minutes(30, 0)], true],
    ['are not when somebody asks now', [...minutes(30, 0), { at: NOW, requests: 1, measuredMs: 1 }], false],
  ])('%s', (_, all, expected) => {
    expect(isQuiet(all, asked)).toBe(expected);
  });
});
