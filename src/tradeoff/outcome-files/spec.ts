import type { z } from 'zod';
import { AppError } from '../../platform/errors/index.ts';
import { EvaluationSpec } from './schema.ts';
import { readYamlValue } from './yaml-value.ts';

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
  const value = await readYamlValue(text, (why) => createInvalid(path, why));
  const parsed = EvaluationSpec.safeParse(value);
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
