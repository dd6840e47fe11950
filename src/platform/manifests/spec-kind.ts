import { z } from 'zod';
import type { Sql } from '../store/index.ts';
import type { Manifest, ManifestKind, PreparedManifest } from './manifest-kind.ts';
import type { ManifestOutcome } from './schema.ts';

const Name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'a name of small letters, digits and dashes, at most 63 long')
  .describe('Name, unique among the documents of its kind');

/** A kind whose document is a name and a spec, which is nearly every kind. */
export function createSpecKind<Spec extends z.ZodType>(
  kind: string,
  order: number,
  spec: Spec,
  apply: (sql: Sql, name: string, spec: z.output<Spec>) => Promise<ManifestOutcome>,
  prepare?: (name: string, spec: z.output<Spec>) => Promise<PreparedManifest>,
): ManifestKind {
  const schema = z.strictObject({
    apiVersion: z.literal('steelyard/v1').describe('Version of the document format'),
    kind: z.literal(kind).describe('Kind of the document'),
    metadata: z.strictObject({ name: Name }).describe('Name of the document'),
    spec,
  });
  return {
    kind,
    order,
    schema: schema as unknown as z.ZodType<Manifest>,
    apply: (sql, document) => apply(sql, document.metadata.name, (document as DocumentOf<Spec>).spec),
    ...(prepare === undefined
      ? {}
      : { prepare: (document) => prepare(document.metadata.name, (document as DocumentOf<Spec>).spec) }),
  };
}

/** Type of the parsed document; the generic output type of the schema is less precise. */
type DocumentOf<Spec extends z.ZodType> = Manifest & { readonly spec: z.output<Spec> };
