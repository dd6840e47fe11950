import { AppError } from '../../platform/errors/index.ts';

const DELIMITERS = [',', ';', '\t', '|'] as const;

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

/** The delimiter that splits a header into most names. */
export function delimiterOf(record: string): string {
  const counted = DELIMITERS.map((delimiter) => ({ delimiter, names: splitRecord(record, delimiter).length }));
  return counted.reduce((a, b) => (b.names > a.names ? b : a)).delimiter;
}

/** Up to the first line end that is not inside quotes. */
function firstRecord(text: string): string {
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') quoted = !quoted;
    if (!quoted && (character === '\n' || character === '\r')) return text.slice(0, at);
  }
  return text;
}

/** Fields of a record, without the quotes around them, otherwise verbatim. */
export function splitRecord(record: string, delimiter: string): string[] {
  const fields: string[] = [];
  let field = '';
  let quoted = false;
  for (let at = 0; at < record.length; at += 1) {
    const character = record[at] ?? '';
    if (character === '"') {
      if (quoted && record[at + 1] === '"') {
        field += '"';
        at += 1;
      } else quoted = !quoted;
    } else if (character === delimiter && !quoted) {
      fields.push(field);
      field = '';
    } else field += character;
  }
  return [...fields, field];
}
