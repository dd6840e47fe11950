import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { AppError } from '../../../platform/errors/index.ts';
import { PipelineSpec } from './schema.ts';

const Named = z.looseObject({
  kind: z.literal('Pipeline'),
  metadata: z.looseObject({ name: z.string() }),
  spec: z.unknown(),
});

/** The pipeline of this name in a text of YAML documents; null when it is not among them. Errors: `yaml_invalid`, `manifest_invalid`. */
export function specFrom(text: string, name: string, file: string): PipelineSpec | null {
  const documents = parseAllDocuments(text);
  for (const document of Array.isArray(documents) ? documents : []) {
    const [error] = document.errors;
    if (error !== undefined) throw new AppError('yaml_invalid', `${file}: ${error.message.split('\n')[0]}`, { file });
    const named = Named.safeParse(document.toJS({ maxAliasCount: 100 }));
    if (!named.success || named.data.metadata.name !== name) continue;
    const parsed = PipelineSpec.safeParse(named.data.spec);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw new AppError('manifest_invalid', `${file}: "spec.${issue?.path.join('.')}": ${issue?.message}.`, { file });
  }
  return null;
}
