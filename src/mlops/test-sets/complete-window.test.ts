import { describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../platform/units/durations.ts';
import { findCompleteWindow, type LabelledHour } from './complete-window.ts';

const START = Date.parse('2026-11-10T09:00:00Z');
const iso = (hours: number) => new Date(START + hours * HOUR_MS).toISOString();
const wanted = { start: iso(0), end: iso(3) };

/** Hours with 100 predictions each, of which so many are labelled. */
const hours = (...labelled: number[]): LabelledHour[] =>
  labelled.map((count, at) => ({ at: START + at * HOUR_MS, predictions: 100, labelled: count }));
const find = (rows: readonly LabelledHour[], maturedUntil = 0, completeness = 0.95) =>
  findCompleteWindow(rows, { wanted, completeness, maturedUntil });

describe('the complete part of a window', () => {
  it.each([
    [
      'all of it when the labels are there',
      hours(100, 100, 95),
      0,
      { window: wanted, predictions: 300, labelled: 295 },
    ],
    [
      'up to the hours whose labels are late',
      hours(100, 98, 10),
      0,
      { window: { ...wanted, end: iso(2) }, labelled: 198 },
    ],
    [
      'all of it when the time for labels is over',
      hours(50, 0, 20),
      START + 3 * HOUR_MS,
      { window: wanted, labelled: 70 },
    ],
    [
      'up to the hours whose time for labels is over',
      hours(50, 40, 20),
      START + HOUR_MS,
      { window: { ...wanted, end: iso(1) } },
    ],
  ])('is %s', (_what, rows, maturedUntil, expected) => {
    expect(find(rows, maturedUntil)).toMatchObject(expected);
  });

  it('ends with the window in the middle of an hour, and ignores the order of the hours', () => {
    const short = { start: iso(0), end: new Date(START + 1.5 * HOUR_MS).toISOString() };
    const rows = hours(100, 100).toReversed();
    expect(findCompleteWindow(rows, { wanted: short, completeness: 1, maturedUntil: 0 })?.window).toEqual(short);
  });

  it('is none without predictions, labels, or an hour that is complete', () => {
    expect(find([])).toBeNull();
    expect(find(hours(0, 0), START + 9 * HOUR_MS)).toBeNull();
    expect(find(hours(94, 95, 95))).toBeNull();
  });
});
