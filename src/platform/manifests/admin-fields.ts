import { z } from 'zod';

type Schema = z.core.$ZodType;

/**
 * Paths of the set fields of a value that its schema marks as `adminOnly`. The mark of a field counts
 * at any depth: in a list, a record, or any branch of a union that has the field.
 * Example: `['spec.location.sasToken']` for a BillSource that names one; `[]` for a Team.
 */
export function findAdminFields(schema: Schema, value: unknown, path = ''): string[] {
  if (value === undefined || value === null) return [];
  if (z.globalRegistry.get(schema)?.adminOnly === true) return [path];
  const fields = [...walkFields(schema, value, path)].flatMap((inside) => findAdminFields(...inside));
  return [...new Set(fields)];
}

/** The subschemas of a schema, each with the part of the value that it describes. */
function* walkFields(schema: Schema, value: unknown, path: string): Iterable<[Schema, unknown, string]> {
  for (const same of listAlternatives(schema)) yield [same, value, path];
  if (typeof value !== 'object' || value === null) return;
  for (const [key, part] of Object.entries(value)) {
    const described = findPartSchema(schema, key);
    const place = Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`.replace(/^\./, '');
    if (described !== null) yield [described, part, place];
  }
}

/** Schemas of the same value: the branches of a union, the ends of a pipe, the inner schema of a default. */
function listAlternatives(schema: Schema): readonly Schema[] {
  if (schema instanceof z.ZodUnion) return schema.options;
  if (schema instanceof z.ZodIntersection) return [schema.def.left, schema.def.right];
  if (schema instanceof z.ZodPipe) return [schema.in, schema.out];
  if (schema instanceof z.ZodLazy) return [schema.unwrap()];
  const wrapped = 'innerType' in schema._zod.def ? schema._zod.def.innerType : null;
  return wrapped instanceof z.core.$ZodType ? [wrapped] : [];
}

function findPartSchema(schema: Schema, key: string): Schema | null {
  if (schema instanceof z.ZodObject) return schema.shape[key] ?? schema.def.catchall ?? null;
  if (schema instanceof z.ZodRecord) return schema.valueType;
  if (schema instanceof z.ZodArray) return schema.element;
  if (schema instanceof z.ZodTuple) return schema.def.items[Number(key)] ?? schema.def.rest;
  return null;
}
