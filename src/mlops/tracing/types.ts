import type { Assessment } from './assessment.ts';
import type { TraceState } from './tables.ts';

/** A trace without its spans. Times are milliseconds since the Unix epoch. */
export interface TraceInfo {
  readonly traceId: string;
  readonly experimentId: number;
  readonly requestTime: number;
  /** Milliseconds; null while it is not over. */
  readonly executionDuration: number | null;
  readonly state: TraceState;
  readonly clientRequestId: string | null;
  readonly requestPreview: string | null;
  readonly responsePreview: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly assessments: readonly Assessment[];
}

export const tagKeys = {
  name: 'mlflow.traceName',
  artifactLocation: 'mlflow.artifactLocation',
  spansLocation: 'mlflow.trace.spansLocation',
} as const;

/** Attributes of the root span that become tags of the trace. */
export const TRACE_TAG_PREFIX = 'mlflow.traceTag.';

export const metadataKeys = {
  sourceRun: 'mlflow.sourceRun',
  tokenUsage: 'mlflow.trace.tokenUsage',
  sizeStats: 'mlflow.trace.sizeStats',
  session: 'mlflow.trace.session',
  user: 'mlflow.trace.user',
} as const;

/** Value of the tag with which clients read the spans from this server and not from an artifact. */
export const IN_TRACKING_STORE = 'TRACKING_STORE';
