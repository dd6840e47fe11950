import { delimiterOf, firstRecord, splitRecord } from '../../platform/csv/index.ts';
import { AppError } from '../../platform/errors/index.ts';

/** First record of a CSV text: names and the delimiter that splits it best. A byte-order mark is skipped. */
export function parseHeader(text: string, name: string): { delimiter: string; header: string[] } {
  const clean = text.startsWith('\ufeff') ? text.slice(1) : text;
  const record = firstRecord(clean);
  const delimiter = delimiterOf(record);
  const header = splitRecord(record, delimiter).map((field) => field.trim());
  if (header.length < 2) {
    throw new AppError(
      'file_format_unknown',
      `${name}, line 1: expected a header line of FOCUS columns, found "${record.slice(0, 60)}".`,
      { file: name, line: 1 },
    );
  }
  return { delimiter, header };
}
