import { detectDelimiter, readFirstRecord, splitRecord } from '../../../platform/csv/index.ts';
import { AppError } from '../../../platform/errors/index.ts';

const LONGEST_HEADER = 128 * 1024;
/** Maximum number of columns; exports with a column per tag have some hundreds. */
const MOST_COLUMNS = 5000;

/**
 * Parses the first record of a CSV text: column names, the delimiter that splits it best, and the fields of the next
 * record. Skips a byte-order mark.
 */
export function parseHeader(text: string, name: string): { delimiter: string; header: string[]; first: string[] } {
  const clean = text.startsWith('\ufeff') ? text.slice(1) : text;
  const record = readFirstRecord(clean.slice(0, LONGEST_HEADER + 1));
  if (record.length > LONGEST_HEADER) throw createHeaderError(name, `is longer than ${LONGEST_HEADER} characters`);
  const delimiter = detectDelimiter(record);
  const header = splitRecord(record, delimiter).map((field) => field.trim());
  if (header.length < 2) {
    throw new AppError(
      'file_format_unknown',
      `${name}, line 1: expected a header line of FOCUS columns, found "${record.slice(0, 60)}".`,
      { file: name, line: 1 },
    );
  }
  if (header.length > MOST_COLUMNS)
    throw createHeaderError(name, `has ${header.length} columns, of at most ${MOST_COLUMNS}`);
  const rest = clean.slice(record.length).replace(/^[\r\n]+/, '');
  return { delimiter, header, first: splitRecord(readFirstRecord(rest.slice(0, LONGEST_HEADER)), delimiter) };
}

function createHeaderError(name: string, what: string): AppError {
  const detail = `${name}, line 1 ${what}: this is no header of a bill. Check the content of the file.`;
  return new AppError('file_format_unknown', detail, { file: name, line: 1 });
}
