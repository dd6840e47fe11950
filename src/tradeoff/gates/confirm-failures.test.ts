import { describe, expect, it } from 'vitest';
import { createRandom } from '../../platform/numbers/index.ts';
import { applyHolm } from '../statistics/index.ts';
import { confirmFailures } from './confirm-failures.ts';
import type { Check } from './schema.ts';

const ALPHA = 0.05;
const check = (holds: boolean | null, alpha: number | null): Check => ({
  ...{ name: 'accuracy', side: 'quality', measured: '1', unit: 'accuracy', comparison: '>=', bound: '2' },
  ...{ holds, interval: null, test: null, alpha, source: 'table' },
});

/** Checks that fail below these p-values. */
const testAll = (pValues: readonly number[], alpha: number) =>
  pValues.map((p) => check(p <= alpha ? false : null, alpha));
const confirm = (pValues: readonly number[]) =>
  confirmFailures(testAll(pValues, ALPHA), ALPHA, (alpha) => testAll(pValues, alpha)).map(({ holds }) => holds);

describe('failures of several tests', () => {
  it('are those that Holm finds on the p-values', () => {
    const random = createRandom(5);
    for (let round = 0; round < 500; round += 1) {
      const pValues = Array.from({ length: 1 + Math.floor(random() * 6) }, () => random() ** 3);
      const holm = applyHolm(
        pValues.map((pValue, at) => ({ name: String(at), pValue })),
        ALPHA,
      );
      expect(confirm(pValues)).toEqual(holm.map(({ isRejected }) => (isRejected ? false : null)));
    }
  });

  it('are of a share of at most alpha of versions at their bounds, where uncorrected tests reject a fifth', () => {
    const random = createRandom(7);
    const RUNS = 2_000;
    let [corrected, uncorrected] = [0, 0];
    for (let run = 0; run < RUNS; run += 1) {
      const pValues = Array.from({ length: 5 }, () => random());
      if (confirm(pValues).includes(false)) corrected += 1;
      if (pValues.some((p) => p <= ALPHA)) uncorrected += 1;
    }
    expect(corrected / RUNS).toBeLessThanOrEqual(ALPHA + 1.645 * Math.sqrt((ALPHA * (1 - ALPHA)) / RUNS));
    expect(uncorrected / RUNS).toBeGreaterThan(0.2);
  });

  it('stand where there is one test, and where a check has no stated error', () => {
    expect(confirm([0.04])).toEqual([false]);
    const cost = { ...check(false, ALPHA), side: 'cost' as const };
    const checks = [check(false, null), cost, check(true, ALPHA), check(null, ALPHA)];
    expect(confirmFailures(checks, ALPHA, () => [])).toEqual(checks);
  });

  it('that are not confirmed say so', () => {
    const [first] = confirmFailures(testAll([0.03, 0.5], ALPHA), ALPHA, (alpha) => testAll([0.03, 0.5], alpha));
    expect(first).toMatchObject({ holds: null, source: expect.stringContaining('all 2 tests of quality together') });
  });
});
