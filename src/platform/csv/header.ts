const DELIMITERS = [',', ';', '\t', '|'] as const;

/** The delimiter that splits a header into most names. */
export function detectDelimiter(record: string): string {
  const counted = DELIMITERS.map((delimiter) => ({ delimiter, names: splitRecord(record, delimiter).length }));
  return counted.reduce((a, b) => (b.names > a.names ? b : a)).delimiter;
}

/** Up to the first line end that is not inside quotes. */
export function readFirstRecord(text: string): string {
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
