import { z } from 'zod';
import { buildInvalidParameter, type Fields } from '../wire/index.ts';
import { type AssessmentMessage, readAssessment } from './assessment.ts';
import { type TraceState, traceStates } from './tables.ts';
import type { TraceInput } from './traces.ts';

const texts = z
  .record(z.string(), z.coerce.string())
  .nullish()
  .transform((values) => values ?? {});
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? null);

const TraceInfoMessage = z.object({
  trace_id: z.string().min(1).max(250),
  client_request_id: text,
  trace_location: z.object({ mlflow_experiment: z.object({ experiment_id: z.string() }).optional() }),
  request_preview: text,
  response_preview: text,
  request_time: z.string(),
  execution_duration: text,
  state: z.enum(traceStates).or(z.number().int()).default('STATE_UNSPECIFIED'),
  trace_metadata: texts,
  tags: texts,
  assessments: z.array(z.unknown()).nullish(),
});

/** `{trace: {trace_info}}` of MLflow 3. */
export function readTrace(fields: Fields): TraceInput {
  const trace = fields.message('trace');
  if (trace === undefined) throw missingParameter('trace');
  const parsed = TraceInfoMessage.safeParse(trace.json('trace_info'));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw buildInvalidParameter(
      `Invalid value for parameter 'trace.trace_info.${issue?.path.join('.')}': ${issue?.message}.`,
    );
  }
  const info = parsed.data;
  const experimentId = info.trace_location.mlflow_experiment?.experiment_id;
  if (experimentId === undefined) {
    throw buildInvalidParameter(
      'Only traces of MLflow experiments are stored: `trace_location.mlflow_experiment` is missing.',
    );
  }
  return {
    traceId: checkTraceId(info.trace_id),
    experimentId,
    requestTime: parseInstant(info.request_time, 'request_time'),
    executionDuration: info.execution_duration === null ? null : parseDuration(info.execution_duration),
    state: typeof info.state === 'number' ? (traceStates[info.state] ?? 'STATE_UNSPECIFIED') : info.state,
    clientRequestId: info.client_request_id,
    requestPreview: info.request_preview,
    responsePreview: info.response_preview,
    tags: info.tags,
    metadata: info.trace_metadata,
    assessments: (info.assessments ?? []).map(readAssessment),
  };
}

/** An id becomes part of the path of the trace's artifacts. */
function checkTraceId(traceId: string): string {
  if (/^[\w-]{1,250}$/.test(traceId)) return traceId;
  throw buildInvalidParameter(`Invalid value ${JSON.stringify(traceId)} for parameter 'trace_id' supplied.`);
}

export function missingParameter(name: string): Error {
  return buildInvalidParameter(
    `Missing value for required parameter '${name}'. See the API docs for more information about request parameters.`,
  );
}

export function parseInstant(value: string, name: string): number {
  const milliseconds = Date.parse(value);
  if (Number.isFinite(milliseconds)) return milliseconds;
  throw buildInvalidParameter(
    `Invalid value ${JSON.stringify(value)} for parameter '${name}' supplied: not a timestamp.`,
  );
}

/** `1.5s` -> 1500. */
function parseDuration(value: string): number {
  if (/^-?\d{1,12}(\.\d{1,9})?s$/.test(value)) return Math.round(Number(value.slice(0, -1)) * 1000);
  throw buildInvalidParameter(`Invalid value ${JSON.stringify(value)} for parameter 'execution_duration' supplied.`);
}

const OLD_STATUSES: Readonly<Record<string, TraceState>> = { TRACE_STATUS_UNSPECIFIED: 'STATE_UNSPECIFIED' };

/** A status of MLflow 2, by name or number. */
export function readOldStatus(fields: Fields): TraceState {
  const names = ['TRACE_STATUS_UNSPECIFIED', 'OK', 'ERROR', 'IN_PROGRESS'] as const;
  const name = fields.choice('status', names, 0) ?? 'TRACE_STATUS_UNSPECIFIED';
  return OLD_STATUSES[name] ?? (name === 'TRACE_STATUS_UNSPECIFIED' ? 'STATE_UNSPECIFIED' : name);
}

/** `[{key, value}]` of MLflow 2. */
export function readPairs(fields: Fields, name: string): Record<string, string> {
  return Object.fromEntries(fields.messages(name).map((pair) => [pair.requiredText('key'), pair.text('value') ?? '']));
}

/** The experiments of a search. */
export function readLocations(fields: Fields): string[] {
  if (!fields.has('locations')) throw missingParameter('locations');
  return fields
    .messages('locations')
    .map((location) => location.message('mlflow_experiment')?.text('experiment_id'))
    .filter((id) => id !== undefined);
}

const UpdateMask = z.union([
  z.string().transform((paths) => paths.split(',').filter((path) => path !== '')),
  z.object({ paths: z.array(z.string()) }).transform(({ paths }) => paths),
]);

/** A field mask as proto-JSON writes it: `assessmentName,rationale`. */
export function readMask(fields: Fields): string[] {
  const parsed = UpdateMask.safeParse(fields.json('update_mask'));
  if (!parsed.success) throw missingParameter('update_mask');
  return parsed.data.map((path) => path.trim().replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
}

export function readAssessmentField(fields: Fields): z.infer<typeof AssessmentMessage> {
  if (!fields.has('assessment')) throw missingParameter('assessment');
  return readAssessment(fields.json('assessment'));
}
