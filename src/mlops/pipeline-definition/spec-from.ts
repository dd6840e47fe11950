import { z } from 'zod';
import { AppError } from '../../platform/errors/index.ts';
import { InvalidYaml, readYaml } from '../../platform/yaml/index.ts';
import { PipelineSpec } from './schema.ts';

const Named = z.looseObject({
  kind: z.literal('Pipeline'),
  metadata: z.looseObject({ name: z.string() }),
  spec: z.unknown(),
});

/** The pipeline of this name in a text of YAML documents; null when it is not among them. Errors: `yaml_invalid`, `manifest_invalid`. */
export async function parseSpec(text: string, name: string, file: string): Promise<PipelineSpec | null> {
  const documents = await readYaml(text).catch((error: unknown) => {
    if (error instanceof InvalidYaml) throw new AppError('yaml_invalid', `${file}: ${error.message}.`, { file });
    throw error;
  });
  for (const document of documents) {
    const named = Named.safeParse(document.toJS({ maxAliasCount: 100 }));
    if (!named.success || named.data.metadata.name !== name) continue;
    const parsed = PipelineSpec.safeParse(named.data.spec);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw new AppError('manifest_invalid', `${file}: "spec.${issue?.path.join('.')}": ${issue?.message}.`, { file });
  }
  return null;
}
