export { detectDelimiter, readFirstRecord, splitRecord } from './header.ts';
export { type CsvRow, readCsvRows } from './rows.ts';
export { createSeriesTimeInvalid, readSeries, type SeriesRow } from './series.ts';

/**
 * One CSV record (RFC 4180) with its line end. A text that a spreadsheet would run as a formula gets an apostrophe;
 * numbers stay numbers.
 */
export function formatCsvLine(fields: readonly (string | null)[]): string {
  return `${fields.map(formatCsvField).join(',')}\r\n`;
}

function formatCsvField(value: string | null): string {
  if (value === null) return '';
  const isNumber = /^-?\d+(\.\d+)?$/.test(value);
  const safe = !isNumber && /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
