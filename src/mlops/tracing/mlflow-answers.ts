import type { TraceInfo } from './types.ts';

/** TraceInfo of MLflow 3. */
export function traceInfoAnswer(trace: TraceInfo): object {
  return {
    trace_id: trace.traceId,
    client_request_id: trace.clientRequestId ?? undefined,
    trace_location: {
      type: 'MLFLOW_EXPERIMENT',
      mlflow_experiment: { experiment_id: String(trace.experimentId) },
    },
    request_preview: trace.requestPreview ?? undefined,
    response_preview: trace.responsePreview ?? undefined,
    request_time: formatInstant(trace.requestTime),
    execution_duration: trace.executionDuration === null ? undefined : formatDuration(trace.executionDuration),
    state: trace.state,
    trace_metadata: omitEmpty(trace.metadata),
    tags: omitEmpty(trace.tags),
    assessments: trace.assessments.length === 0 ? undefined : trace.assessments,
  };
}

/** TraceInfo of MLflow 2. */
export function oldTraceInfoAnswer(trace: TraceInfo): object {
  return {
    request_id: trace.traceId,
    experiment_id: String(trace.experimentId),
    timestamp_ms: trace.requestTime,
    execution_time_ms: trace.executionDuration ?? undefined,
    status: trace.state === 'STATE_UNSPECIFIED' ? 'TRACE_STATUS_UNSPECIFIED' : trace.state,
    request_metadata: toPairs(trace.metadata),
    tags: toPairs(trace.tags),
  };
}

/** A whole trace; the spans are JSON already. */
export function toTraceJson(trace: TraceInfo, spans: readonly string[]): string {
  const rest = spans.length === 0 ? '' : `,"spans":[${spans.join(',')}]`;
  return `{"trace_info":${JSON.stringify(traceInfoAnswer(trace))}${rest}}`;
}

function omitEmpty(values: Readonly<Record<string, string>>): Readonly<Record<string, string>> | undefined {
  return Object.keys(values).length === 0 ? undefined : values;
}

function toPairs(values: Readonly<Record<string, string>>): { key: string; value: string }[] | undefined {
  const entries = Object.entries(values).map(([key, value]) => ({ key, value }));
  return entries.length === 0 ? undefined : entries;
}

/** Timestamps of protocol buffers reach from year 1 to 9999. */
const FIRST = Date.parse('0001-01-01T00:00:00Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z');

export function formatInstant(milliseconds: number): string {
  return new Date(Math.min(Math.max(milliseconds, FIRST), LAST)).toISOString().replace('.000Z', 'Z');
}

/** 20 -> `0.020s`, as protocol buffers write durations. */
function formatDuration(milliseconds: number): string {
  const [seconds, rest] = [Math.trunc(milliseconds / 1000), Math.abs(milliseconds % 1000)];
  return rest === 0 ? `${seconds}s` : `${seconds}.${String(rest).padStart(3, '0')}s`;
}
