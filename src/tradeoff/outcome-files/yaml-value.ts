import type { AppError } from '../../platform/errors/index.ts';
import { InvalidYaml, readYaml } from '../../platform/yaml/index.ts';

const MOST_SHOWN = 300;

/** The value of a text of one YAML document (JSON is YAML); aliases are refused. `createError` makes the error of a reason. */
export async function readYamlValue(text: string, createError: (why: string) => AppError): Promise<unknown> {
  const documents = await readYaml(text).catch((error: unknown) => {
    if (!(error instanceof InvalidYaml)) throw error;
    throw createError(`it is not valid YAML: ${error.message.replaceAll(/\s+/g, ' ').slice(0, MOST_SHOWN)}`);
  });
  const [document] = documents;
  if (document === undefined || documents.length > 1) {
    throw createError(`it has ${documents.length} YAML documents; one is needed`);
  }
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch (error) {
    if (error instanceof ReferenceError) throw createError('it has an alias (*name); write the value out');
    throw error;
  }
}
