import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { poolRareLevels } from '../drift-methods/choice.ts';
import type { ColumnPair } from '../drift-methods/column.ts';
import { compareColumn } from '../drift-methods/compare-column.ts';
import { type MethodName, methods } from '../drift-methods/methods.ts';
import { sortNumbers } from '../drift-methods/sort-numbers.ts';
import { adjustForDiscovery } from './false-discovery.ts';

const sample = fc
  .array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 60 })
  .map((values) => Float64Array.from(values, (value) => value + 0).sort());
const counts = fc
  .array(fc.tuple(fc.nat(40), fc.nat(40)), { minLength: 2, maxLength: 8 })
  .map((pairs) => pairs.filter(([a, b]) => a + b > 0))
  .filter((pairs) => pairs.length > 1 && pairs.some(([a]) => a > 1) && pairs.some(([, b]) => b > 0))
  .map((pairs) => ({
    reference: Float64Array.from(pairs, ([a]) => a),
    current: Float64Array.from(pairs, ([, b]) => b),
  }));

const numerical = (reference: Float64Array, current: Float64Array): ColumnPair => ({
  type: 'numerical',
  pair: { reference, current, integral: false },
  referenceInOrder: reference,
});
const categorical = (reference: Float64Array, current: Float64Array): ColumnPair => ({
  type: 'categorical',
  counts: { reference, current },
  codes: null,
});

const names = Object.keys(methods) as MethodName[];
/** Largest value of a distance that has one. */
const bounds: Partial<Record<MethodName, number>> = {
  ks: 1,
  hellinger: 1,
  jensenshannon: Math.sqrt(Math.log(2)),
  nannyml_jensen_shannon: 1,
  nannyml_kolmogorov_smirnov: 1,
  nannyml_hellinger: 1,
  tvd: 1,
  l_infinity: 1,
};
const symmetric: MethodName[] = ['ks', 'jensenshannon', 'psi', 'ed', 'tvd', 'l_infinity', 'chi2_contingency', 't_test'];
const close = (a: number | null, b: number | null) => {
  if (a === null || b === null) return expect(a).toBe(b);
  expect(Math.abs(a - b)).toBeLessThanOrEqual(1e-8 * Math.max(1, Math.abs(a)));
};

describe('every method', () => {
  it('answers figures within their bounds, or nulls with a reason', () => {
    const columns = fc.oneof(
      fc.tuple(sample, sample).map((s) => numerical(...s)),
      counts.map((c) => categorical(c.reference, c.current)),
    );
    fc.assert(
      fc.property(columns, fc.constantFrom(...names, 'auto' as const, 'evidently' as const), (column, name) => {
        const { statistic, pValue, drifted, reason, method } = compareColumn(column, name);
        if (pValue !== null) expect(pValue >= 0 && pValue <= 1).toBe(true);
        if (statistic !== null) expect(Number.isFinite(statistic)).toBe(true);
        expect((statistic ?? 0) <= (bounds[method] ?? Number.MAX_VALUE) + 1e-9).toBe(true);
        if (statistic === null && pValue === null) expect(drifted).toBeNull();
        expect(drifted === null).toBe(reason !== null);
      }),
      { numRuns: 600, seed: 1 },
    );
  });

  it('that treats both sides alike gives the same figures with the sides changed', () => {
    fc.assert(
      fc.property(sample, sample, counts, fc.constantFrom(...symmetric), (a, b, levels, name) => {
        const column = methods[name];
        const left = 'numerical' in column ? numerical(a, b) : categorical(levels.reference, levels.current);
        const right = 'numerical' in column ? numerical(b, a) : categorical(levels.current, levels.reference);
        const [one, other] = [compareColumn(left, name), compareColumn(right, name)];
        // One value on a side may suffice in one order and not in the other; binning depends on the reference.
        if (one.reason !== null || other.reason !== null || name === 'jensenshannon' || name === 'psi') return;
        close(Math.abs(one.statistic ?? 0), Math.abs(other.statistic ?? 0));
        close(one.pValue, other.pValue);
      }),
      { numRuns: 300, seed: 2 },
    );
  });

  it('by ranks does not change with the unit and the zero of the values', () => {
    const exact = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 2, maxLength: 50 });
    const ranked: MethodName[] = ['ks', 'mannw', 'cramer_von_mises', 'anderson'];
    fc.assert(
      fc.property(exact, exact, fc.constantFrom(...ranked), (a, b, name) => {
        const moved = (values: number[]) => Float64Array.from(values, (value) => 8 * value + 3).sort();
        const plain = numerical(Float64Array.from(a).sort(), Float64Array.from(b).sort());
        expect(compareColumn(numerical(moved(a), moved(b)), name)).toEqual(compareColumn(plain, name));
      }),
      { numRuns: 200, seed: 3 },
    );
  });

  it('finds no distance between a sample and itself', () => {
    const distances: MethodName[] = ['ks', 'wasserstein', 'jensenshannon', 'psi', 'kl_div', 'ed'];
    fc.assert(
      fc.property(sample, fc.constantFrom(...distances), (a, name) => {
        expect(compareColumn(numerical(a, a.slice()), name).statistic).toBeCloseTo(0, 9);
      }),
      { numRuns: 100, seed: 4 },
    );
  });
});

describe('rare levels of large samples', () => {
  it('are pooled until the chi-square law holds, and no row is lost', () => {
    const counts = {
      reference: Float64Array.of(3, 500_000, 0, 400_000, 9),
      current: Float64Array.of(2, 500_000, 1, 400_000, 0),
    };
    const pooled = poolRareLevels(counts, 10);
    expect([...pooled.reference]).toEqual([12, 400_000, 500_000]);
    expect([...pooled.current]).toEqual([3, 400_000, 500_000]);
    expect(compareColumn(categorical(counts.reference, counts.current), 'auto').method).toBe('chi2_contingency');
  });

  it('are pooled with the smallest of the others where they are too few together', () => {
    const pooled = poolRareLevels({ reference: Float64Array.of(1, 50, 90), current: Float64Array.of(1, 50, 90) }, 10);
    expect([...pooled.reference]).toEqual([51, 90]);
  });
});

describe('sorting', () => {
  it('orders large arrays as the library does', () => {
    for (const draw of [
      () => Math.random() - 0.5,
      () => 1.7e12 + Math.floor(Math.random() * 1e8),
      () => Math.floor(Math.random() * 9) - 4,
    ]) {
      const values = Float64Array.from({ length: 60_000 }, draw).map((value) => value + 0);
      expect(sortNumbers(values.slice())).toEqual(values.toSorted());
    }
    expect(sortNumbers(new Float64Array(30_000).fill(7))).toEqual(new Float64Array(30_000).fill(7));
  });
});

describe('the adjustment for many columns', () => {
  it('is Benjamini and Hochberg’s, and leaves out what is not known', () => {
    expect(adjustForDiscovery([0.01, null, 0.04, 0.5])).toEqual([0.03, null, 0.06, 0.5]);
    expect(adjustForDiscovery([0.03, 0.02, 0.04])).toEqual([0.04, 0.04, 0.04]);
    expect(adjustForDiscovery([])).toEqual([]);
  });

  it('keeps the order of the p-values and makes none smaller', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 }), (pValues) => {
        const adjusted = adjustForDiscovery(pValues);
        const pairs = pValues.map((p, at) => [p, adjusted[at] ?? Number.NaN] as const).toSorted(([a], [b]) => a - b);
        pairs.forEach(([p, q], at) => {
          expect(q).toBeGreaterThanOrEqual(p);
          expect(q).toBeGreaterThanOrEqual(pairs[at - 1]?.[1] ?? 0);
          expect(q).toBeLessThanOrEqual(1);
        });
      }),
    );
  });
});
