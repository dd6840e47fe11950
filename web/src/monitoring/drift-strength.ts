import type { DriftColumn } from '../../../src/mlops/drift/schema.ts';
import type { DriftWindow } from '../../../src/mlops/quality/drift-windows/schema.ts';
import { formatMeasure } from '../format/number.ts';

/** 0 is none, 4 the most; from 2 on the column drifted. null: inconclusive. */
export type Strength = 0 | 1 | 2 | 3 | 4 | null;

/** p-values this many times below their threshold are drawn darkest. */
const DARKEST = 1e6;
const DARK = 1e3;
/** Distances this many times above their threshold. */
const FAR = 4;
const FARTHER = 2;
const NEAR_P = 10;
const NEAR_DISTANCE = 0.7;

/**
 * Drift strength of a column, on one scale for p-values and distances: the figure compared with its threshold.
 * Example: adjusted p-value 1e-9 with threshold 0.05 -> 4; distance 0.08 with threshold 0.1 -> 1.
 */
export function classifyStrength(column: DriftColumn): Strength {
  const { drifted, threshold, statistic } = column;
  if (drifted === null) return null;
  const p = column.adjustedPValue ?? column.pValue;
  if (p !== null && threshold !== null) {
    const times = threshold / Math.max(p, Number.MIN_VALUE);
    if (drifted) return times > DARKEST ? 4 : times > DARK ? 3 : 2;
    return times > 1 / NEAR_P ? 1 : 0;
  }
  const far = statistic === null || threshold === null || threshold === 0 ? 0 : statistic / threshold;
  if (drifted) return far > FAR ? 4 : far > FARTHER ? 3 : 2;
  return far > NEAR_DISTANCE ? 1 : 0;
}

/** Text of the cell of a column in a window. */
export function strengthText(column: DriftColumn | undefined): string {
  if (column === undefined) return 'not compared';
  const { drifted, reason, method, statistic, threshold } = column;
  if (drifted === null) return reason ?? 'inconclusive';
  const test = column.decidedBy === 'missing' ? 'missing values' : (method ?? '');
  const p = column.adjustedPValue ?? column.pValue;
  const figure = p !== null ? `p ${pText(p)}` : statistic === null ? '' : `${formatMeasure(statistic)}`;
  const limit = threshold === null ? '' : ` against ${p === null ? formatMeasure(threshold) : pText(threshold)}`;
  const { effect, minEffect } = column;
  const size =
    effect === null || minEffect === null ? '' : `, effect ${formatMeasure(effect)} of ${formatMeasure(minEffect)}`;
  const verdict = drifted ? 'drifted' : column.significant === true ? 'small change' : 'no drift';
  return `${verdict}: ${test} ${figure}${limit}${size}`;
}

/** A p-value: small ones by their power of ten. */
export function pText(p: number): string {
  if (p === 0) return 'under 1e-300';
  return p < 1e-4 ? p.toExponential(0) : formatMeasure(Number(p.toPrecision(2)));
}

export interface StripRow {
  readonly column: string;
  /** One for each window. */
  readonly cells: readonly (DriftColumn | undefined)[];
  /** Windows in which it drifted. */
  readonly drifted: number;
}

/** A row for each column, those that drift most (and last) first. */
export function stripRows(windows: readonly DriftWindow[]): StripRow[] {
  const names = [...new Set(windows.flatMap(({ columns }) => columns.map(({ column }) => column)))];
  const rows = names.map((column) => {
    const cells = windows.map(({ columns }) => columns.find((one) => one.column === column));
    return { column, cells, drifted: cells.filter((cell) => cell?.drifted === true).length };
  });
  const last = ({ cells }: StripRow) => cells.findLastIndex((cell) => cell?.drifted === true);
  return rows.toSorted((a, b) => b.drifted - a.drifted || last(b) - last(a) || a.column.localeCompare(b.column));
}
