import { AppError } from '../../../platform/errors/index.ts';
import type { ColumnKind, TableColumn } from './table.ts';

/** Comparison of a column of both sides, or the reason against it. */
export type PairedColumn =
  | { readonly how: 'numbers'; readonly column: string; readonly integral: boolean }
  | { readonly how: 'levels'; readonly column: string }
  | { readonly how: 'vectors'; readonly column: string }
  | {
      readonly how: 'none';
      readonly column: string;
      readonly type: 'numerical' | 'categorical' | 'embedding' | 'text' | 'datetime' | 'other';
      readonly reason: string;
    };

/**
 * The columns of both sides by name: in the order of the reference, then those that only the current data has. Error:
 * `drift_column_missing` for a wanted column that neither has.
 */
export function pairColumns(
  reference: readonly TableColumn[],
  current: readonly TableColumn[],
  wanted: readonly string[] | undefined,
): PairedColumn[] {
  const sides = { reference: indexByName(reference), current: indexByName(current) };
  const all = [...new Set([...sides.reference.keys(), ...sides.current.keys()])];
  const missing = wanted?.find((name) => !all.includes(name));
  if (missing !== undefined) {
    const known = all.slice(0, 8).join(', ');
    const detail = `Neither the reference nor the current data has a column "${missing}". Their columns are ${known}.`;
    throw new AppError('drift_column_missing', detail, { column: missing });
  }
  const names = wanted === undefined ? all : [...new Set(wanted)];
  return names.map((name) => pairColumn(name, sides.reference.get(name), sides.current.get(name)));
}

function indexByName(columns: readonly TableColumn[]): Map<string, TableColumn> {
  return new Map(columns.map((column) => [column.name, column]));
}

function pairColumn(column: string, a: TableColumn | undefined, b: TableColumn | undefined): PairedColumn {
  const none = (side: TableColumn | undefined, reason: string): PairedColumn => ({
    how: 'none',
    column,
    type: toReportedType(side?.kind ?? 'other'),
    reason,
  });
  if (a === undefined) return none(b, 'only the current data has this column');
  if (b === undefined) return none(a, 'only the reference has this column');
  // A column without any value has the type that the other side gives it.
  const [left, right] = [a.blank ? b.kind : a.kind, b.blank ? a.kind : b.kind];
  if (left === 'datetime' && right === 'datetime') return none(a, 'dates and times are not compared');
  if (left === 'other' && right === 'other') return none(a, `values of the type ${a.type} are not compared`);
  if (isNumber(left) && isNumber(right)) {
    return { how: 'numbers', column, integral: left === 'integer' && right === 'integer' };
  }
  if (left === 'text' && right === 'text') return { how: 'levels', column };
  if (left === 'vector' && right === 'vector') return { how: 'vectors', column };
  return none(a, `the types differ: ${a.type} in the reference, ${b.type} in the current data`);
}

function isNumber(kind: ColumnKind): boolean {
  return kind === 'integer' || kind === 'number';
}

function toReportedType(kind: ColumnKind) {
  if (isNumber(kind)) return 'numerical' as const;
  if (kind === 'text') return 'categorical' as const;
  if (kind === 'vector') return 'embedding' as const;
  return kind === 'datetime' ? ('datetime' as const) : ('other' as const);
}
