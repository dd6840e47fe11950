import type { DiffRow, FieldChange } from '../../../src/finops/billing/diff/schema.ts';
import { decimal } from '../../../src/platform/units/schema.ts';

/** Rows that changed for one reason: the same fields, each by the same values or by the same factor. */
export interface ChangeGroup {
  readonly key: string;
  /** Rows in the later delivery, the largest change first. */
  readonly rows: readonly DiffRow[];
  readonly fields: readonly GroupedField[];
}

export interface GroupedField {
  readonly column: string;
  /** Of the first row. */
  readonly before: string | null;
  readonly after: string | null;
  /** Whether every row has these values. */
  readonly isSame: boolean;
  /** Relative change that all rows share, such as -0.2 for a fifth less; null where it is no number, or nothing before. */
  readonly ratio: number | null;
}

const NUMBER = /^-?\d+(\.\d+)?$/;
const RATIO_DIGITS = 4;

/**
 * Groups changed rows by their cause, the largest group first. Example: 72 rows in which the list cost went from 1.76 to
 * 1.408 are one group; 10 rows in which it fell by 20 % from different values are another.
 */
export function groupChanges(changed: readonly FieldChange[]): ChangeGroup[] {
  const rows = [...Map.groupBy(changed, ({ row }) => `${row.after.file} ${row.after.row}`).values()];
  const groups = [...Map.groupBy(rows, (fields) => fields.map(causeOf).toSorted().join('\n'))];
  return groups
    .map(([key, members]) => ({
      key,
      rows: members.flatMap(([first]) => first?.row.after ?? []),
      fields: mergeFields(members),
    }))
    .toSorted((a, b) => b.rows.length - a.rows.length);
}

function causeOf({ column, before, after }: FieldChange): string {
  const ratio = changeRatio(before, after);
  return JSON.stringify(ratio === null ? [column, before, after] : [column, ratio.toFixed(RATIO_DIGITS)]);
}

function mergeFields(members: readonly (readonly FieldChange[])[]): GroupedField[] {
  return (members[0] ?? []).map(({ column, before, after }) => ({
    ...{ column, before, after, ratio: changeRatio(before, after) },
    isSame: members.every((fields) =>
      fields.some((field) => field.column === column && field.before === before && field.after === after),
    ),
  }));
}

function changeRatio(before: string | null, after: string | null): number | null {
  if (before === null || after === null || !NUMBER.test(before) || !NUMBER.test(after)) return null;
  const from = decimal(before);
  return from.isZero() ? null : decimal(after).minus(from).dividedBy(from.abs()).toNumber();
}
