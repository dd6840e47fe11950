/**
 * SQL expression for one CSV record (RFC 4180) with its line end, so that the engine's threads build the text and not the event loop. The fields
 * are VARCHAR expressions. The text is that of `csvLine`: empty for null, and an apostrophe before a value that a spreadsheet would run as a formula.
 */
export function buildCsvLineSql(fields: readonly string[]): string {
  const safe = `CASE WHEN regexp_matches(v, '^[=+\\-@\\t\\r]') AND NOT regexp_full_match(v, '-?\\d+(\\.\\d+)?') THEN '''' || v ELSE v END`;
  const field = (text: string) =>
    `CASE WHEN regexp_matches(${text}, '[",\\r\\n]') THEN '"' || replace(${text}, '"', '""') || '"' ELSE ${text} END`;
  const guarded = `list_transform([${fields.join(', ')}], lambda v: coalesce(${safe}, ''))`;
  return `array_to_string(list_transform(${guarded}, lambda v: ${field('v')}), ',') || chr(13) || chr(10)`;
}

/** SQL of a decimal's text without needless zeros, as `decimalString` writes it: `12.500` -> `12.5`, `-0.0` -> `0`. */
export function buildPlainDecimalSql(text: string): string {
  const trimmed = `CASE WHEN contains(${text}, '.') THEN rtrim(rtrim(${text}, '0'), '.') ELSE ${text} END`;
  return `CASE WHEN regexp_full_match(${text}, '-0(\\.0*)?') THEN '0' ELSE ${trimmed} END`;
}
