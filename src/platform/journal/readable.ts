import type { LakeTable } from '../lake/index.ts';
import type { JournalDocument } from './line.ts';

const INTEGERS: Readonly<Record<string, number>> = { INTEGER: 2 ** 31, BIGINT: 2 ** 63 };

export interface RowShape {
  readonly table: LakeTable;
  /** Column of an instant: rows are grouped by its UTC day. */
  readonly dayOf: string;
}

/**
 * Why the query engine cannot read a row as it is, or would read another value; null when it can. The engine refuses lone
 * surrogates, and texts that are no number or instant where the column is one.
 *
 * @example unreadableReason({ at: '2026-11-26T10:00:00Z', note: '\ud83d' }, shape) // 'note holds half a surrogate pair'
 */
export function explainUnreadable(row: JournalDocument, { table, dayOf }: RowShape): string | null {
  if (typeof row[dayOf] !== 'string') return `${dayOf} is missing`;
  for (const [column, type] of Object.entries(table.columns)) {
    const reason = explainInvalidValue(row[column], type);
    if (reason !== null) return `${column} ${reason}`;
  }
  return null;
}

function explainInvalidValue(value: unknown, type: string): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' && !value.isWellFormed()) return 'contains half a surrogate pair';
  if (type === 'TIMESTAMP') return isInstant(value) ? null : 'is not an instant';
  if (type === 'VARCHAR') return typeof value === 'string' ? null : 'is not text';
  const limit = INTEGERS[type];
  if (type !== 'DOUBLE' && limit === undefined) return null;
  if (typeof value !== 'number') return 'is not a number';
  return limit !== undefined && (!Number.isInteger(value) || value >= limit || value < -limit)
    ? 'is not an integer of its column'
    : null;
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

function isInstant(value: unknown): boolean {
  return typeof value === 'string' && INSTANT.test(value) && !Number.isNaN(Date.parse(value));
}
