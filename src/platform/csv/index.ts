export { delimiterOf, firstRecord, splitRecord } from './header.ts';
export { readSeries, type SeriesRow, seriesTimeInvalid } from './series.ts';

/**
 * One CSV record (RFC 4180) with its line end. A text that a spreadsheet would run as a formula gets an apostrophe;
 * numbers stay numbers.
 */
export function csvLine(fields: readonly (string | null)[]): string {
  return `${fields.map(csvField).join(',')}\r\n`;
}

function csvField(value: string | null): string {
  if (value === null) return '';
  const isNumber = /^-?\d+(\.\d+)?$/.test(value);
  const safe = !isNumber && /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
