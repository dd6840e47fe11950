import { describe, expect, it } from 'vitest';
import { computeDigestTime, computeUnmutedTime } from './due-time.ts';

const at = (text: string) => Date.parse(text);
const show = (ms: number) => new Date(ms).toISOString().slice(0, 16);

describe('the time of a digest', () => {
  it.each([
    [{ every: 'hour' }, '2026-11-30T08:00:00Z', '2026-11-30T09:00'],
    [{ every: 'day' }, '2026-11-30T07:59:59Z', '2026-11-30T08:00'],
    [{ every: 'day', at: '08:00' }, '2026-11-30T08:00:00Z', '2026-12-01T08:00'],
    [{ every: 'week' }, '2026-11-30T08:00:00Z', '2026-12-07T08:00'],
    [{ every: 'week', on: 'friday', at: '17:30' }, '2026-11-30T08:00:00Z', '2026-12-04T17:30'],
  ] as const)('%j after %s is %s', (digest, now, expected) => {
    expect(show(computeDigestTime(digest, at(now)))).toBe(expected);
  });
});

describe('the end of a mute window', () => {
  it.each([
    ['22:00', '06:00', '2026-11-30T23:00:00Z', '2026-12-01T06:00'],
    ['22:00', '06:00', '2026-11-30T05:59:00Z', '2026-11-30T06:00'],
    ['22:00', '06:00', '2026-11-30T06:00:00Z', '2026-11-30T06:00'],
    ['12:00', '13:00', '2026-11-30T12:30:00Z', '2026-11-30T13:00'],
    ['12:00', '13:00', '2026-11-30T13:30:00Z', '2026-11-30T13:30'],
  ])('%s to %s at %s is %s', (from, to, now, expected) => {
    expect(show(computeUnmutedTime({ from, to }, at(now)))).toBe(expected);
  });
});
