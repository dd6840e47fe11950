import { z } from 'zod';
import { AppError } from '../../platform/errors/index.ts';
import { parseBoundedJson } from '../../platform/json/index.ts';
import { replaceUnkept } from '../../platform/units/index.ts';
import { redactNamed, redactText } from '../otlp/index.ts';
import { buildInvalidParameter } from '../wire/index.ts';
import type { AssessmentRow } from './tables.ts';

const texts = z.record(z.string(), z.coerce.string());
const AssessmentError = z.object({
  error_code: z.string().optional(),
  error_message: z.string().optional(),
  stack_trace: z.string().optional(),
});
const JSON_FORMAT = 'JSON_FORMAT';
const SOURCE_TYPES = ['SOURCE_TYPE_UNSPECIFIED', 'HUMAN', 'LLM_JUDGE', 'CODE'] as const;
const SourceType = z
  .union([z.literal('AI_JUDGE').transform(() => 'LLM_JUDGE' as const), z.enum(SOURCE_TYPES)])
  .default('SOURCE_TYPE_UNSPECIFIED');

/** A judgement of a trace in the protocol's names; unknown fields are ignored. */
export const AssessmentMessage = z.object({
  assessment_id: z
    .string()
    .regex(/^[\w-]{0,250}$/)
    .optional(),
  assessment_name: z.string().max(250).default(''),
  trace_id: z.string().optional(),
  span_id: z.string().max(50).optional(),
  source: z.object({ source_type: SourceType, source_id: z.string().max(250).optional() }).optional(),
  create_time: z.string().optional(),
  last_update_time: z.string().optional(),
  feedback: z.object({ value: z.unknown().optional(), error: AssessmentError.optional() }).optional(),
  expectation: z
    .object({
      value: z.unknown().optional(),
      serialized_value: z.object({ serialization_format: z.string().default(''), value: z.string() }).optional(),
    })
    .optional(),
  issue: z.object({ issue_name: z.string().default('') }).optional(),
  rationale: z.string().optional(),
  error: AssessmentError.optional(),
  metadata: texts.optional(),
  overrides: z.string().optional(),
  valid: z.boolean().optional(),
});
export type Assessment = z.infer<typeof AssessmentMessage>;

export function readAssessment(value: unknown): Assessment {
  checkDepth(value);
  const parsed = AssessmentMessage.safeParse(dropNulls(value));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw buildInvalidParameter(`Invalid assessment: '${issue?.path.join('.')}' ${issue?.message}.`);
}

/** JSON that nests deeper than the call stack can be parsed but not serialized. */
function checkDepth(value: unknown): void {
  try {
    JSON.stringify(value);
  } catch {
    throw buildInvalidParameter('Invalid assessment: its values nest too deep.');
  }
}

/** proto-JSON takes null for unset, at the top at least. */
function dropNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== null));
}

/** Type of the assessment. Error: `invalid_request` unless it is exactly one. */
export function readAssessmentType(assessment: Assessment): AssessmentRow['type'] {
  const types = (['feedback', 'expectation', 'issue'] as const).filter((type) => assessment[type] !== undefined);
  const [type, other] = types;
  if (type === undefined) throw buildInvalidParameter('Unknown assessment type: None');
  if (other === undefined) return type;
  throw buildInvalidParameter('Exactly one of `expectation`, `feedback`, or `issue` should be specified.');
}

/** The row of an assessment with known id, trace and times. */
export function toAssessmentRow(assessment: Assessment, ids: { assessmentId: string; traceId: string }): AssessmentRow {
  const type = readAssessmentType(assessment);
  const kept = omitSecrets({ ...validateValue(assessment), assessment_id: ids.assessmentId, trace_id: ids.traceId });
  const value = readJudgement(kept);
  return {
    assessment_id: ids.assessmentId,
    trace_id: ids.traceId,
    name: replaceUnkept(kept.assessment_name),
    type,
    value: value === undefined ? null : JSON.stringify(value),
    numeric_value: typeof value === 'number' ? value : typeof value === 'boolean' ? Number(value) : null,
    valid: kept.valid === false ? 0 : 1,
    content: JSON.stringify(kept),
    create_time: Date.parse(kept.create_time ?? '') || 0,
  };
}

export function parseAssessmentRow(row: Pick<AssessmentRow, 'content' | 'valid'>): Assessment {
  return { ...AssessmentMessage.parse(JSON.parse(row.content)), valid: row.valid === 1 };
}

/** Judgement: the value of a feedback or an expectation, the name of an issue. */
export function readJudgement({ feedback, expectation, issue }: Assessment): unknown {
  if (feedback !== undefined) return feedback.value;
  if (issue !== undefined) return issue.issue_name;
  return expectation?.serialized_value === undefined
    ? expectation?.value
    : parseSerializedValue(expectation.serialized_value);
}

/** An expectation as clients expect it back: an object or a list as JSON text, anything else as it is. */
function validateValue(assessment: Assessment): Assessment {
  if (assessment.expectation === undefined) return assessment;
  const value = readJudgement(assessment);
  if (value === undefined || value === null) throw buildInvalidParameter('The `value` field must be specified.');
  if (typeof value !== 'object') return { ...assessment, expectation: { value } };
  const serialized = { serialization_format: JSON_FORMAT, value: JSON.stringify(value) };
  return { ...assessment, expectation: { serialized_value: serialized } };
}

function parseSerializedValue({
  serialization_format: format,
  value,
}: {
  serialization_format: string;
  value: string;
}): unknown {
  if (format !== JSON_FORMAT) {
    throw buildInvalidParameter(`Unknown serialization format: ${format}. Only ${JSON_FORMAT} is supported.`);
  }
  try {
    return parseBoundedJson(value);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw buildInvalidParameter('Invalid assessment: the serialized value of its expectation is not JSON.');
  }
}

function omitSecrets(assessment: Assessment): Assessment {
  const { rationale, metadata, feedback } = assessment;
  return {
    ...assessment,
    ...(rationale === undefined ? {} : { rationale: redactText(rationale) }),
    ...(metadata === undefined
      ? {}
      : { metadata: Object.fromEntries(Object.entries(metadata).map(([key, text]) => [key, redactNamed(key, text)])) }),
    ...(typeof feedback?.value === 'string' ? { feedback: { ...feedback, value: redactText(feedback.value) } } : {}),
  };
}
