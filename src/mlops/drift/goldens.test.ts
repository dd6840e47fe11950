import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ColumnPair } from '../drift-methods/column.ts';
import { type ColumnVerdict, compareColumn, type MethodChoice } from '../drift-methods/compare-column.ts';
import { prepareColumn } from './prepare-column.ts';

const shared = join(import.meta.dirname, '../../../../shared/data/stats');
const place = join(shared, 'drift/evidently_goldens.json');
const hasGoldens = existsSync(place) || process.env.CI !== undefined;

const Case = z.looseObject({
  file: z.string(),
  column: z.string(),
  type: z.enum(['num', 'cat']),
  ref_rows: z.tuple([z.number(), z.number()]),
  cur_rows: z.tuple([z.number(), z.number()]),
  default_test: z.string(),
});
type Case = z.infer<typeof Case>;

/** Which figure of which method a value of the goldens is. */
const figures: Readonly<Record<string, readonly [MethodChoice, 'pValue' | 'statistic']>> = {
  ks: ['ks', 'pValue'],
  ks_stat: ['ks', 'statistic'],
  wasserstein: ['wasserstein', 'statistic'],
  psi: ['psi', 'statistic'],
  kl_div: ['kl_div', 'statistic'],
  jensenshannon: ['jensenshannon', 'statistic'],
  hellinger: ['hellinger', 'statistic'],
  ed: ['ed', 'statistic'],
  t_test: ['t_test', 'pValue'],
  mannw: ['mannw', 'pValue'],
  cramer_von_mises: ['cramer_von_mises', 'pValue'],
  chisquare: ['chisquare', 'pValue'],
  z: ['z', 'pValue'],
  chi2_contingency_two_sample: ['chi2_contingency', 'pValue'],
  tvd_statistic: ['tvd', 'statistic'],
  l_infinity: ['l_infinity', 'statistic'],
};

const files = new Map<string, string[][]>();

function readRows(file: string): string[][] {
  const known =
    files.get(file) ??
    gunzipSync(readFileSync(join(shared, file)))
      .toString('utf8')
      .trim()
      .split(/\r?\n/)
      .map((line) => line.split(','));
  files.set(file, known);
  return known;
}

function buildColumn(golden: Case): ColumnPair {
  const [header = [], ...rows] = readRows(golden.file);
  const at = header.indexOf(golden.column);
  const values = ([from, to]: readonly [number, number]) =>
    Float64Array.from(rows.slice(from, to), (row) => (row[at] === '' ? Number.NaN : Number(row[at])));
  const reference = values(golden.ref_rows);
  return prepareColumn({
    kind: 'numbers',
    reference,
    current: values(golden.cur_rows),
    referenceSorted: false,
    referenceRows: reference.length,
    integral: golden.type === 'cat',
    ordered: false,
  });
}

/** Equal but for rounding; see `drift_goldens.py --help` for where the goldens' own rounding is larger. */
function expectEqual(key: string, verdict: ColumnVerdict, golden: number): void {
  const [, field] = figures[key] ?? ['ks', 'pValue'];
  const found = verdict[field] ?? Number.NaN;
  const rounded = (key === 'hellinger' || key === 'jensenshannon') && golden < 1e-6 ? 1e-7 : 1e-9;
  expect(Math.abs(found - golden), key).toBeLessThan(key === 'cramer_von_mises' ? 1e-6 : rounded);
  if (field === 'pValue' && golden < 1e-6 && golden >= 1e-300 && key !== 'cramer_von_mises') {
    expect(Math.abs(found / golden - 1), key).toBeLessThan(1e-4);
  }
}

describe.skipIf(!hasGoldens)('values of Evidently’s formulas on real streams (needs ../shared)', () => {
  const cases = hasGoldens
    ? z.object({ cases: z.array(Case) }).parse(JSON.parse(readFileSync(place, 'utf8'))).cases
    : [];
  const titled = cases.map((golden) => ({
    golden,
    title: `${golden.column}, rows ${golden.ref_rows.join('-')} v ${golden.cur_rows.join('-')}`,
  }));

  it('are there for 27 columns', () => expect(cases).toHaveLength(27));

  it.each(titled)('$title', ({ golden }) => {
    const column = buildColumn(golden);
    expect(compareColumn(column, 'evidently').method).toBe(golden.default_test);
    const keys = Object.keys(figures).filter((key) => typeof golden[key] === 'number');
    expect(keys.length).toBeGreaterThan(8);
    for (const key of keys) {
      const [method] = figures[key] ?? ['ks'];
      expectEqual(key, compareColumn(column, method), Number(golden[key]));
    }
  });
});
