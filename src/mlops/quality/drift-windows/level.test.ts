import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../../../platform/numbers/index.ts';
import { draws } from '../../../testing/deep.ts';
import { drawPair, type Family, families, normal } from '../../drift/calibration.testing.ts';
import { adjustForDiscovery } from '../../drift/false-discovery.ts';
import type { ColumnPair } from '../../drift-methods/column.ts';
import { compareColumn } from '../../drift-methods/compare-column.ts';
import { sortNumbers } from '../../drift-methods/sort-numbers.ts';
import { computeBlockStart, computeWindowThreshold } from './level.ts';

const RULE = { level: 0.05, over: 100 };
/** DRIFT_CALIBRATION=1 draws as often as docs/drift.md tells; otherwise it is a look that takes seconds. */
const full = process.env.DRIFT_CALIBRATION !== undefined;
const runs = full ? 1000 : draws(40, 10);

/** Runs windows one after another as a monitor does, and answers which were called drifted. */
function alarms(windows: number, pValueOf: (window: number) => number): boolean[] {
  const drifted: boolean[] = [];
  for (let window = 0; window < windows; window += 1) {
    const discoveries = drifted.slice(computeBlockStart(RULE.over, window)).filter(Boolean).length;
    drifted.push(pValueOf(window) <= computeWindowThreshold(RULE, discoveries));
  }
  return drifted;
}

function simes(pValues: readonly (number | null)[]): number {
  return Math.min(1, ...adjustForDiscovery(pValues).filter((p) => p !== null));
}

/** A reference that all windows of a run share, and windows of the same law: normal columns, all drawn once. */
function sharedReference(random: Random) {
  const sample = (size: number) => sortNumbers(Float64Array.from({ length: size }, () => normal(random)));
  const references = Array.from({ length: 4 }, () => sample(1000));
  return () =>
    simes(
      references.map((reference) => {
        const pair = { reference, current: sample(200), integral: false };
        const column: ColumnPair = { type: 'numerical', pair, referenceInOrder: null };
        return compareColumn(column, 'auto').pValue;
      }),
    );
}

const limit = RULE.level + 2.6 * Math.sqrt((RULE.level * (1 - RULE.level)) / runs);

describe('the threshold of windows', () => {
  it('is the level over the windows it is for, and grows with what was found in the block', () => {
    expect([0, 1, 2, 3].map((found) => computeWindowThreshold(RULE, found))).toEqual(
      [0.0005, 0.0005, 0.001, 0.0015].map((one) => expect.closeTo(one, 12)),
    );
    expect([0, 99, 100, 250].map((tests) => computeBlockStart(100, tests))).toEqual([0, 0, 100, 200]);
  });

  it('gives no more than the level times what was found, whatever was found: the bound of LORD++', () => {
    const random = createRandom(11);
    for (let run = 0; run < 200; run += 1) {
      let [spent, found] = [0, 0];
      for (let window = 0; window < RULE.over; window += 1) {
        spent += computeWindowThreshold(RULE, found);
        if (random() < 0.3) found += 1;
        expect(spent).toBeLessThanOrEqual(RULE.level * Math.max(1, found) + 1e-12);
      }
    }
  });

  it('alarms in no more than 5 % of a hundred windows without drift, all against one reference', () => {
    const random = createRandom(2);
    let any = 0;
    for (let run = 0; run < runs; run += 1) {
      const window = sharedReference(random);
      if (alarms(100, window).some(Boolean)) any += 1;
    }
    if (full) console.log('any alarm in 100 windows, shared reference', runs, any / runs);
    expect(any / runs).toBeLessThanOrEqual(limit);
  });

  it('and so with numbers and categories of every kind', () => {
    const random = createRandom(3);
    const kinds: readonly Family[] = families;
    let any = 0;
    for (let run = 0; run < runs; run += 1) {
      const window = () => simes(kinds.map((kind) => compareColumn(drawPair(kind, 1000, 200, random), 'auto').pValue));
      if (alarms(100, window).some(Boolean)) any += 1;
    }
    if (full) console.log('any alarm in 100 windows, every kind', runs, any / runs);
    expect(any / runs).toBeLessThanOrEqual(limit);
  });

  it('keeps the share of false ones among all alarms when a third of the windows drift', () => {
    const random = createRandom(5);
    let [falseOnes, all] = [0, 0];
    for (let run = 0; run < 2000; run += 1) {
      const isDrift = Array.from({ length: 100 }, () => random() < 1 / 3);
      const found = alarms(100, (window) => (isDrift[window] === true ? random() ** 12 : random()));
      const discoveries = found.filter(Boolean).length;
      falseOnes += found.filter((drifted, at) => drifted && isDrift[at] === false).length / Math.max(1, discoveries);
      all += discoveries;
    }
    expect(falseOnes / 2000).toBeLessThanOrEqual(0.05);
    expect(all / 2000).toBeGreaterThan(10);
  });
});
