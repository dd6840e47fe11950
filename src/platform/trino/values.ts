import type { TrinoColumn } from './client.ts';
import { parseType, type TrinoType } from './type-text.ts';

type Convert = (value: unknown) => unknown;

/**
 * Converts rows of Trino's JSON to the row objects of DuckDB's `getRowObjectsJson()`: the second column of a name is `name:1`.
 * Error: Error, for a type that DuckDB's rows do not have.
 *
 * @example createRowConverter([{ name: 'a', type: 'bigint' }])([1]) // { a: '1' }
 */
export function createRowConverter(
  columns: readonly TrinoColumn[],
): (row: readonly unknown[]) => Record<string, unknown> {
  const seen = new Map<string, number>();
  const named = columns.map(({ name, type }) => {
    const before = seen.get(name) ?? 0;
    seen.set(name, before + 1);
    return [before === 0 ? name : `${name}:${before}`, createValueConverter(type)] as const;
  });
  return (row) => {
    const object: Record<string, unknown> = {};
    for (const [index, [name, convert]] of named.entries()) object[name] = convert(row[index]);
    return object;
  };
}

/** Converts a value of Trino's JSON, by the text of its type, to that of DuckDB's `getRowObjectsJson()`. Error: see `createRowConverter`. */
export function createValueConverter(type: string): Convert {
  return createConverter(parseType(type), type);
}

/** Values that have the same form in both, or have none. */
const keep: Convert = (value) => value;

const SCALARS: Readonly<Record<string, Convert>> = {
  unknown: keep,
  boolean: keep,
  tinyint: keep,
  smallint: keep,
  integer: keep,
  bigint: String,
  decimal: String,
  // A double has 1.5 or "NaN", "Infinity", "-Infinity", in both.
  double: keep,
  // Trino writes the shortest digits of 32 bits; DuckDB gives the same number with 64 bits.
  real: (value) => (typeof value === 'number' ? Math.fround(value) : value),
  varchar: keep,
  char: keep,
  json: keep,
  uuid: keep,
  varbinary: (value) => toBlobText(Buffer.from(String(value), 'base64')),
  date: (value) => toYear(String(value)),
  time: (value) => trimFraction(String(value)),
  timestamp: (value) => trimFraction(toYear(String(value))),
  'timestamp with time zone': (value) => `${trimFraction(toYear(removeZone(String(value))))}+00`,
};

function createConverter(type: TrinoType, text: string): Convert {
  const convert = createNotNull(type, text);
  return convert === keep ? (value) => value ?? null : (value) => (value === null ? null : convert(value));
}

function createNotNull(type: TrinoType, text: string): Convert {
  if (type.kind === 'array') {
    const element = createConverter(type.element, text);
    return (value) => (value as unknown[]).map(element);
  }
  if (type.kind === 'row') {
    const fields = type.fields.map(({ name, type: of }) => [name, createConverter(of, text)] as const);
    return (value) => Object.fromEntries(fields.map(([name, of], index) => [name, of((value as unknown[])[index])]));
  }
  if (type.kind === 'map') {
    const key = createKeyConverter(type.key, text);
    const convert = createConverter(type.value, text);
    return (value) =>
      Object.entries(value as object).map((entry) => ({ key: key(entry[0]), value: convert(entry[1]) }));
  }
  const scalar = Object.hasOwn(SCALARS, type.name) ? SCALARS[type.name] : undefined;
  if (scalar === undefined) throw new Error(`no conversion for the type ${text} of Trino`);
  return scalar;
}

/** Keys of a map are text in JSON, those of numbers too. */
function createKeyConverter(type: TrinoType, text: string): Convert {
  if (type.kind !== 'scalar') throw new Error(`no conversion for the keys of the type ${text} of Trino`);
  const convert = createNotNull(type, text);
  if (type.name === 'boolean') return (key) => key === 'true';
  if (['tinyint', 'smallint', 'integer', 'double', 'real'].includes(type.name))
    return (key) => convert(Number.isFinite(Number(key)) ? Number(key) : key);
  return convert;
}

/** `2026-01-01 00:00:00.120000` -> `2026-01-01 00:00:00.12`; a fraction of zero is left out. */
function trimFraction(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** Years before 0 are counted differently: -0043 is `0044-… (BC)`; both show the year 0. Years after 9999 have a sign in Trino. */
function toYear(text: string): string {
  if (text.startsWith('+')) return text.slice(1);
  const [, year, day, time = ''] = /^(-?\d{4,})(-\d\d-\d\d)(.*)$/.exec(text) ?? [];
  if (year === undefined || day === undefined || Number(year) >= 0) return text;
  return `${String(1 - Number(year)).padStart(4, '0')}${day} (BC)${time}`;
}

/** The session is in UTC, and so is every instant of Iceberg; another zone comes only from a cast in the statement. */
function removeZone(text: string): string {
  if (!text.endsWith(' UTC')) throw new Error(`not an instant in UTC: ${text}; convert it with AT TIME ZONE 'UTC'`);
  return text.slice(0, -' UTC'.length);
}

/** Bytes outside of printable ASCII, and quotes, as `\xFF`. */
function toBlobText(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    const isPlain = byte > 0x1f && byte < 0x7f && byte !== 0x22 && byte !== 0x27;
    text += isPlain ? String.fromCharCode(byte) : `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return text;
}
