/** A type of Trino, read from its text. */
export type TrinoType =
  | { readonly kind: 'scalar'; readonly name: string }
  | { readonly kind: 'array'; readonly element: TrinoType }
  | { readonly kind: 'map'; readonly key: TrinoType; readonly value: TrinoType }
  | { readonly kind: 'row'; readonly fields: readonly RowField[] };

export interface RowField {
  /** Empty for a field without a name. */
  readonly name: string;
  readonly type: TrinoType;
}

const QUOTED_NAME = /^"((?:[^"]|"")*)"\s+/;
/** A plain name before a type; `interval day to second` alone is a type of several words. */
const PLAIN_NAME = /^(?!interval (?:day|year) to )([^\s"(),]+)\s+(?=\S)/;

/**
 * Parses the text of a type. A scalar is its name without length, precision and scale: `timestamp(6) with time zone` is
 * `timestamp with time zone`. Error: Error, for text that is no type.
 *
 * @example parseType('array(decimal(38,18))') // { kind: 'array', element: { kind: 'scalar', name: 'decimal' } }
 */
export function parseType(text: string): TrinoType {
  const type = text.trim();
  const [, name = '', rest = ''] = /^([a-z_]\w*)\s*(.*)$/is.exec(type) ?? [];
  if (name === '') throw new Error(`not a type of Trino: ${text}`);
  const kind = name.toLowerCase();
  if (kind === 'array' || kind === 'map' || kind === 'row') return parseNested(kind, readArguments(rest, text), text);
  return { kind: 'scalar', name: `${kind} ${rest.replace(/\([\d,\s]*\)/, '').trim()}`.trim().toLowerCase() };
}

function parseNested(kind: 'array' | 'map' | 'row', items: readonly string[], text: string): TrinoType {
  if (kind === 'row') return { kind, fields: items.map(parseField) };
  const [first, second] = items.map(parseType);
  if (kind === 'array' && first !== undefined && second === undefined) return { kind, element: first };
  if (kind === 'map' && first !== undefined && second !== undefined) return { kind, key: first, value: second };
  throw new Error(`not a type of Trino: ${text}`);
}

function parseField(text: string): RowField {
  const quoted = QUOTED_NAME.exec(text);
  if (quoted !== null)
    return { name: (quoted[1] ?? '').replaceAll('""', '"'), type: parseType(text.slice(quoted[0].length)) };
  const plain = PLAIN_NAME.exec(text);
  if (plain === null || /^with(out)? time zone$/.test(text.slice(plain[0].length)))
    return { name: '', type: parseType(text) };
  return { name: plain[1] ?? '', type: parseType(text.slice(plain[0].length)) };
}

/** The arguments of `(a, b(c, d))`, split at the commas of the outer level and outside of quotes. */
function readArguments(text: string, whole: string): string[] {
  if (!text.startsWith('(') || !text.endsWith(')')) throw new Error(`not a type of Trino: ${whole}`);
  const items: string[] = [];
  let depth = 0;
  let isQuoted = false;
  let start = 1;
  for (let at = 1; at < text.length; at += 1) {
    const letter = text[at];
    if (letter === '"') isQuoted = !isQuoted;
    if (isQuoted) continue;
    if (letter === '(') depth += 1;
    if ((letter === ',' && depth === 0) || at === text.length - 1) {
      items.push(text.slice(start, at).trim());
      start = at + 1;
    } else if (letter === ')') depth -= 1;
  }
  return items;
}
