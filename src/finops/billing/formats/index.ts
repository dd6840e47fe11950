import { AppError } from '../../../platform/errors/index.ts';
import { awsCurFormat } from './aws-cur.ts';
import { azureCostDetailsFormat } from './azure-cost-details.ts';
import { findMissingColumns, focusFormat } from './focus.ts';
import type { BillFormat, FormatContext, FormatMapping, SourceColumn } from './format.ts';
import { ociFormat } from './oci.ts';
import { findUnreadTable, type UnreadFormat } from './unread.ts';

export type { BillDataset, FormatContext, FormatMapping, RowSplit, SourceColumn } from './format.ts';
export { splitRows } from './split-rows.ts';

const formats: readonly BillFormat[] = [focusFormat, awsCurFormat, azureCostDetailsFormat, ociFormat];

/** Error for a file of a known format that is not supported. */
export function createUnsupportedFormatError(file: string, { name, advice }: UnreadFormat): AppError {
  return new AppError('bill_format_not_read', `${file} is ${name}, which is not read. ${advice}.`, { file });
}

/**
 * Maps a file to canonical rows; its columns determine the format. Errors: `bill_format_not_read`,
 * `bill_column_missing`.
 */
export function mapBillColumns(columns: readonly SourceColumn[], context: FormatContext): FormatMapping {
  for (const format of formats) {
    const mapping = format.map(columns, context);
    if (mapping !== null) return mapping;
  }
  const { file } = context;
  const unread = findUnreadTable(columns);
  if (unread !== null) throw createUnsupportedFormatError(file, unread);
  const missing = findMissingColumns(columns);
  const begins = columns.slice(0, 4).map(({ name }) => name);
  throw new AppError(
    'bill_column_missing',
    `${file}, line 1: column ${missing.join(', ')} is missing. A FOCUS 1.0 to 1.4 bill has it; this file begins with ${begins.join(', ')}.`,
    { file, line: 1, column: missing[0], missing },
  );
}
