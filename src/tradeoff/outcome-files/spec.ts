import type { z } from 'zod';
import { AppError } from '../../platform/errors/index.ts';
import { InvalidYaml, readYaml } from '../../platform/yaml/index.ts';
import { EvaluationSpec } from './schema.ts';

const MOST_SHOWN = 300;

/** Text of a SPEC, with its path for messages. */
export interface EvaluationFile {
  readonly path: string;
  readonly text: string;
}

/**
 * Parses the SPEC of a file of outcomes: one YAML document (JSON is YAML). Error: `evaluation_spec_invalid`, with the file and the place
 * of the first problem.
 */
export async function readEvaluationSpec({ text, path }: EvaluationFile): Promise<EvaluationSpec> {
  const documents = await readYaml(text).catch((error: unknown) => {
    if (error instanceof InvalidYaml) throw createInvalid(path, `it is not valid YAML: ${error.message}`);
    throw error;
  });
  if (documents.length !== 1) throw createInvalid(path, `it has ${documents.length} YAML documents; one is needed`);
  const parsed = EvaluationSpec.safeParse(documents[0]?.toJS({ maxAliasCount: 0 }));
  if (parsed.success) return parsed.data;
  throw createInvalid(path, describeIssue(parsed.error));
}

function describeIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  const place = issue?.path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('') ?? '';
  return `${place === '' ? '' : `${place.replace(/^\./, '')}: `}${issue?.message ?? 'it is not valid'}`;
}

function createInvalid(path: string, why: string): AppError {
  const shown = why.replaceAll(/\s+/g, ' ').slice(0, MOST_SHOWN);
  return new AppError('evaluation_spec_invalid', `${path}: ${shown}. docs/frontier.md describes the file.`, {
    file: path,
  });
}
