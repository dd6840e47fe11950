import { expect, it } from 'vitest';
import type { DriftColumn } from '../../../src/mlops/drift/schema.ts';
import type { DriftWindow } from '../../../src/mlops/quality/drift-windows/schema.ts';
import { classifyStrength, pText, strengthText, stripRows } from './drift-strength.ts';

function column(more: Partial<DriftColumn> = {}): DriftColumn {
  return {
    ...{ column: 'inputs.age', type: 'numerical', method: 'ks', statistic: 0.1, pValue: 0.5, adjustedPValue: 0.5 },
    ...{ threshold: 0.05, drifted: false, nReference: 100, nCurrent: 100, missingReference: 0, missingCurrent: 0 },
    ...{ effect: 0.1, missingEffect: null, minEffect: null, beyondPeriods: null, significant: false },
    ...{ reason: null, valuesPValue: 0.5, missingPValue: null, decidedBy: 'values' },
    ...more,
  };
}

it.each([
  ['a p-value that is far from its threshold', {}, 0],
  ['one that is near', { adjustedPValue: 0.06 }, 1],
  ['one just below', { adjustedPValue: 0.04, drifted: true }, 2],
  ['one far below', { adjustedPValue: 1e-6, drifted: true }, 3],
  ['one that is zero to a computer', { adjustedPValue: 0, drifted: true }, 4],
  ['a small distance', { pValue: null, adjustedPValue: null, statistic: 0.01, threshold: 0.1 }, 0],
  ['a distance near its threshold', { pValue: null, adjustedPValue: null, statistic: 0.09, threshold: 0.1 }, 1],
  ['a large distance', { pValue: null, adjustedPValue: null, statistic: 0.9, threshold: 0.1, drifted: true }, 4],
  ['what cannot be compared', { drifted: null, reason: 'too few' }, null],
] as const)('grades %s', (_what, more, strength) => {
  expect(classifyStrength(column(more))).toBe(strength);
});

it('says what a cell stands on', () => {
  expect(strengthText(column({ adjustedPValue: 1e-9, drifted: true }))).toBe('drifted: ks p 1e-9 against 0.05');
  const lost = column({ adjustedPValue: 1e-9, drifted: true, decidedBy: 'missing' });
  expect(strengthText(lost)).toBe('drifted: missing values p 1e-9 against 0.05');
  const small = column({ adjustedPValue: 1e-9, significant: true, effect: 0.03, minEffect: 0.1 });
  expect(strengthText(small)).toBe('small change: ks p 1e-9 against 0.05, effect 0.03 of 0.1');
  expect(strengthText(column({ drifted: null, reason: 'too few' }))).toBe('too few');
  expect(strengthText(undefined)).toBe('not compared');
  expect(pText(0)).toBe('under 1e-300');
});

it('puts the columns that drift most first, and keeps the place of a column that a window lacks', () => {
  const window = (...columns: DriftColumn[]) => ({ columns }) as DriftWindow;
  const rows = stripRows([
    window(column({ column: 'a' }), column({ column: 'b' })),
    window(column({ column: 'b', drifted: true }), column({ column: 'c' })),
  ]);
  expect(rows.map((row) => [row.column, row.cells.map((cell) => cell?.drifted)])).toEqual([
    ['b', [false, true]],
    ['a', [false, undefined]],
    ['c', [undefined, false]],
  ]);
});
