/** A quoted SQL identifier: `a"b` -> `"a""b"`. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A quoted SQL text literal: `it's` -> `'it''s'`. NUL cannot be part of one and is cut. */
export function quoteLiteral(text: string): string {
  return `'${text.replaceAll('\0', '').replaceAll("'", "''")}'`;
}
