import { createUntranslatable } from './tokens.ts';

const TYPES: Readonly<Record<string, string>> = {
  VARCHAR: 'varchar',
  TEXT: 'varchar',
  BOOLEAN: 'boolean',
  TINYINT: 'tinyint',
  SMALLINT: 'smallint',
  INTEGER: 'integer',
  INT: 'integer',
  BIGINT: 'bigint',
  HUGEINT: 'decimal(38,0)',
  DOUBLE: 'double',
  FLOAT: 'real',
  DATE: 'date',
  TIMESTAMP: 'timestamp(6)',
  TIMESTAMPTZ: 'timestamp(6) with time zone',
};

/** Type of DuckDB as Trino writes it; `[]` behind it for lists. Error: `lake_sql_untranslatable`. */
export function translateType(type: string): string {
  if (type.endsWith('[]')) return `array(${translateType(type.slice(0, -2))})`;
  const upper = type.toUpperCase();
  const map = /^MAP\(([^,]+),(.+)\)$/.exec(upper);
  if (map !== null) return `map(${translateType((map[1] ?? '').trim())}, ${translateType((map[2] ?? '').trim())})`;
  if (/^DECIMAL\(\d+,\s*\d+\)$/.test(upper)) return upper.toLowerCase();
  const known = TYPES[upper];
  if (known === undefined) throw createUntranslatable(`the type ${type}`);
  return known;
}
