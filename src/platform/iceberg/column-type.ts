/** A type of Iceberg as its table metadata have it. */
export type IcebergType =
  | string
  | { type: 'list'; 'element-id': number; element: IcebergType; 'element-required': false }
  | {
      type: 'map';
      'key-id': number;
      key: IcebergType;
      'value-id': number;
      value: IcebergType;
      'value-required': false;
    }
  | { type: 'struct'; fields: IcebergField[] };

export interface IcebergField {
  id: number;
  name: string;
  required: false;
  type: IcebergType;
}

const PRIMITIVES: Readonly<Record<string, string>> = {
  BOOLEAN: 'boolean',
  INTEGER: 'int',
  BIGINT: 'long',
  FLOAT: 'float',
  DOUBLE: 'double',
  DATE: 'date',
  TIMESTAMP: 'timestamp',
  TIMESTAMPTZ: 'timestamptz',
  'TIMESTAMP WITH TIME ZONE': 'timestamptz',
  VARCHAR: 'string',
  BLOB: 'binary',
};

/**
 * Converts a DuckDB type to the Iceberg type of the Parquet column that DuckDB writes for it. `takeId` gives the ids of nested fields, outer
 * ones first. Throws for a type that no lake table may have.
 * Example: `buildIcebergType('FLOAT[]', () => 7)` is a list of `float` with the element id 7.
 */
export function buildIcebergType(duckDbType: string, takeId: () => number): IcebergType {
  const type = duckDbType.trim();
  if (type.endsWith('[]')) {
    const elementId = takeId();
    const element = buildIcebergType(type.slice(0, -2), takeId);
    return { type: 'list', 'element-id': elementId, element, 'element-required': false };
  }
  const [, outer = '', inner = ''] = /^(\w+)\s*\((.*)\)$/s.exec(type) ?? [];
  if (/^(decimal|numeric)$/i.test(outer)) return `decimal(${inner.split(',').map(Number).join(', ')})`;
  if (/^map$/i.test(outer)) return buildMap(splitParts(inner), takeId);
  if (/^struct$/i.test(outer)) return buildStruct(splitParts(inner), takeId);
  const primitive = PRIMITIVES[type.toUpperCase()];
  if (primitive === undefined) throw new Error(`no Iceberg type for the DuckDB type ${duckDbType}`);
  return primitive;
}

function buildMap([key = '', value = '']: readonly string[], takeId: () => number): IcebergType {
  const [keyId, valueId] = [takeId(), takeId()];
  return {
    type: 'map',
    'key-id': keyId,
    key: buildIcebergType(key, takeId),
    'value-id': valueId,
    value: buildIcebergType(value, takeId),
    'value-required': false,
  };
}

function buildStruct(parts: readonly string[], takeId: () => number): IcebergType {
  const ids = parts.map(() => takeId());
  const fields = parts.map((part, index): IcebergField => {
    const [, quoted, plain, type = ''] = /^(?:"((?:[^"]|"")*)"|(\S+))\s+(.*)$/s.exec(part) ?? [];
    const name = quoted?.replaceAll('""', '"') ?? plain ?? '';
    return { id: ids[index] ?? 0, name, required: false, type: buildIcebergType(type, takeId) };
  });
  return { type: 'struct', fields };
}

/** Parts between the commas outside of brackets and quotes. */
function splitParts(text: string): string[] {
  const parts = [''];
  let depth = 0;
  let isQuoted = false;
  for (const character of text) {
    if (character === '"') isQuoted = !isQuoted;
    if (!isQuoted && character === '(') depth += 1;
    if (!isQuoted && character === ')') depth -= 1;
    if (!isQuoted && character === ',' && depth === 0) parts.push('');
    else parts.push(`${parts.pop() ?? ''}${character}`);
  }
  return parts.map((part) => part.trim());
}
