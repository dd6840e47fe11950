import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ColumnPair } from './column.ts';
import { compareColumn } from './compare-column.ts';
import { type MethodName, methods } from './methods.ts';

/** Figures that Evidently and NannyML gave for small columns. */
const Figure = z.union([z.number(), z.tuple([z.number(), z.boolean()]), z.null()]);
const Goldens = z.object({
  cases: z.array(
    z.discriminatedUnion('type', [
      z.object({
        type: z.literal('numerical'),
        title: z.string(),
        reference: z.array(z.number()),
        current: z.array(z.number()),
        integral: z.boolean(),
        default: z.string(),
        values: z.record(z.string(), Figure),
      }),
      z.object({
        type: z.literal('categorical'),
        title: z.string(),
        reference: z.array(z.string()),
        current: z.array(z.string()),
        default: z.string(),
        values: z.record(z.string(), Figure),
      }),
    ]),
  ),
  binned: z.record(z.string(), z.number()),
});
type Case = z.infer<typeof Goldens>['cases'][number];

const goldens = Goldens.parse(JSON.parse(readFileSync(new URL('goldens/libraries.json', import.meta.url), 'utf8')));

/** Methods whose golden is a p-value that the library draws without a seed. */
const unseeded = new Set(['empirical_mmd']);

function buildColumn(golden: Case): ColumnPair {
  if (golden.type === 'numerical') {
    const reference = Float64Array.from(golden.reference);
    const pair = { reference: reference.toSorted(), current: Float64Array.from(golden.current).sort() };
    return { type: 'numerical', pair: { ...pair, integral: golden.integral }, referenceInOrder: reference };
  }
  const levels = [...new Set([...golden.reference, ...golden.current])].toSorted();
  const codesOf = (rows: readonly string[]) => Uint32Array.from(rows, (level) => levels.indexOf(level));
  const countsOf = (codes: Uint32Array) =>
    Float64Array.from(levels, (_, level) => codes.filter((code) => code === level).length);
  const codes = { reference: codesOf(golden.reference), current: codesOf(golden.current) };
  const counts = { reference: countsOf(codes.reference), current: countsOf(codes.current) };
  return { type: 'categorical', counts, codes };
}

const figures = goldens.cases.flatMap((golden) =>
  Object.entries(golden.values).map(([name, value]) => ({ title: `${name} of ${golden.title}`, name, value, golden })),
);

describe('Evidently’s and NannyML’s figures', () => {
  it.each(figures.filter(({ name }) => !unseeded.has(name)))('$title', ({ name, value, golden }) => {
    expect(Object.keys(methods)).toContain(name);
    const verdict = compareColumn(buildColumn(golden), name as MethodName);
    if (value === null) {
      expect(verdict).toMatchObject({ statistic: null, pValue: null, drifted: null });
      expect(verdict.reason).not.toBeNull();
      return;
    }
    const [figure, drifted] = Array.isArray(value) ? value : [value, null];
    const isTest = methods[name as MethodName].alarm.startsWith('p ') && !name.startsWith('nannyml_');
    const found = (isTest ? verdict.pValue : verdict.statistic) ?? Number.NaN;
    // Evidently's TVD separates equal distances by rounding errors, so its result differs from run to run by some permutations.
    expect(Math.abs(found - figure)).toBeLessThan(name === 'TVD' ? 0.01 : 1e-9);
    // Evidently's own rounding is all that is left of a p-value of 1e-11 that it takes from one.
    const coarse = name === 'TVD' || name === 'cramer_von_mises' || name === 'z' || name === 'hellinger';
    if (figure > 1e-300 && !coarse) expect(Math.abs(found / figure - 1)).toBeLessThan(1e-7);
    if (drifted !== null) expect(verdict.drifted).toBe(drifted);
  });

  it.each(goldens.cases)('takes the same test by itself for $title', (golden) => {
    expect(compareColumn(buildColumn(golden), 'evidently').method).toBe(golden.default);
  });

  it('are NannyML’s from 10,000 reference rows on, where it bins', () => {
    const reference = Float64Array.from({ length: 12_000 }, (_, at) => ((at * 7919) % 12_007) / 12_007);
    const current = Float64Array.from({ length: 3000 }, (_, at) => (((at * 104_729) % 5003) / 5003) * 1.1 - 0.02);
    const pair = { reference: reference.toSorted(), current: current.sort(), integral: false };
    for (const [name, value] of Object.entries(goldens.binned)) {
      const column: ColumnPair = { type: 'numerical', pair, referenceInOrder: reference };
      const { statistic } = compareColumn(column, `nannyml_${name}` as MethodName);
      expect(Math.abs((statistic ?? Number.NaN) - value)).toBeLessThan(1e-9);
    }
  });
});
