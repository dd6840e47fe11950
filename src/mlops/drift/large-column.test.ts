import { describe, expect, it } from 'vitest';
import { createRandom } from '../../platform/numbers/index.ts';
import { compareColumn } from '../drift-methods/compare-column.ts';
import { kolmogorovSmirnov } from '../drift-methods/distances/kolmogorov-smirnov.ts';
import { unsortedKolmogorovSmirnov } from '../drift-methods/distances/kolmogorov-smirnov-unsorted.ts';
import { normal } from './calibration.testing.ts';
import { compareLarge } from './large-column.ts';
import { prepareColumn } from './prepare-column.ts';

const random = createRandom(11);
const kinds: Record<string, () => number> = {
  normal: () => normal(random),
  'far from zero': () => 1_000 + random(),
  'far apart': () => normal(random) * 10 ** Math.floor(random() * 40 - 20),
  'of few values, zeros of both signs among them': () => [-2, -0, 0, 1, 5][Math.floor(random() * 5)] ?? 0,
  'whole numbers': () => Math.floor(random() * 300) - 150,
  constant: () => 7,
};
const sizes = [
  [30_000, 25_000],
  [22_000, 60_000],
] as const;

describe('the distance of Kolmogorov and Smirnov without sorting', () => {
  it.each(Object.keys(kinds))('is that of the sorted values, to the last digit: %s', (kind) => {
    const draw = kinds[kind] ?? random;
    for (const [n, m] of sizes) {
      for (const shift of [0, 0.01, 0.5]) {
        const reference = Float64Array.from({ length: n }, draw);
        const current = Float64Array.from({ length: m }, () => draw() + shift);
        const sorted = { reference: reference.toSorted(), current: current.toSorted() };
        expect(unsortedKolmogorovSmirnov({ reference, current }), `shift ${shift}`).toBe(kolmogorovSmirnov(sorted));
      }
    }
  });
});

describe('a large column', () => {
  const raw = (draw: () => number) => ({
    kind: 'numbers' as const,
    reference: Float64Array.from({ length: 25_000 }, (_, at) => (at % 100 === 0 ? Number.NaN : draw())),
    current: Float64Array.from({ length: 21_000 }, draw),
    referenceSorted: false,
    referenceRows: 25_000,
    integral: false,
    ordered: false,
  });

  it('has the answer that it has when it is sorted', () => {
    const one = raw(() => normal(random));
    const copy = { ...one, reference: one.reference.slice(), current: one.current.slice() };
    expect(compareLarge(one, 'auto')).toMatchObject({
      nReference: 24_750,
      nCurrent: 21_000,
      verdict: compareColumn(prepareColumn(copy), 'auto'),
    });
  });

  it('is left to the usual way when it holds few values, or another method is wanted', () => {
    expect(
      compareLarge(
        raw(() => Math.floor(random() * 20)),
        'auto',
      ),
    ).toBeNull();
    expect(compareLarge(raw(random), 'psi')).toBeNull();
    expect(compareLarge({ ...raw(random), current: new Float64Array(100) }, 'auto')).toBeNull();
  });
});
