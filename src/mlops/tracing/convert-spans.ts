import { AppError } from '../../platform/errors/index.ts';
import { replaceUnkept } from '../../platform/units/index.ts';
import { InvalidOtlp, parseJson, parseProtobuf, type ResourceSpans } from '../otlp/index.ts';
import { type SpanRecord, toSpanRecord } from './span-record.ts';

export type MediaType = 'application/x-protobuf' | 'application/json';

/** An unpacked OTLP body. */
export interface OtlpBody {
  readonly type: MediaType;
  readonly bytes: Uint8Array;
}

/** The records of a body, or the reason of its refusal: a plain value, since a worker thread returns it. */
export type Conversion =
  | { readonly records: readonly SpanRecord[]; readonly changedSpans: number }
  | { readonly refused: { readonly status: number; readonly detail: string } };

/** Spans of one request: exporters send 512 by default. */
const MOST_SPANS = 20_000;

/** Parses a body and builds the records of its spans. Refusals use the texts of MLflow's server. */
export function convertSpans({ type, bytes }: OtlpBody): Conversion {
  let resources: ResourceSpans[];
  try {
    resources = type === 'application/json' ? parseJson(bytes) : parseProtobuf(bytes);
  } catch (error) {
    if (error instanceof AppError) return buildRefusal(error.meaning.status, error.message);
    if (!(error instanceof InvalidOtlp)) throw error;
    return buildRefusal(400, 'Invalid OpenTelemetry format');
  }
  if (resources.length === 0) return buildRefusal(400, 'Invalid OpenTelemetry format - no spans found');
  const count = resources.reduce((sum, { spans }) => sum + spans.length, 0);
  if (count > MOST_SPANS)
    return buildRefusal(413, `A request can have at most ${MOST_SPANS} spans, but this one has ${count}`);
  try {
    return convertResources(resources);
  } catch (error) {
    if (!(error instanceof InvalidOtlp)) throw error;
    return buildRefusal(422, 'Cannot convert OpenTelemetry span to MLflow span');
  }
}

/** Texts with a NUL character or half a surrogate pair get U+FFFD in its place; `changedSpans` counts the spans that had any. */
function convertResources(resources: readonly ResourceSpans[]): Conversion {
  let changedSpans = 0;
  const records = resources.flatMap(({ resource, spans }) => {
    const keptResource = replaceUnkept(resource);
    return spans.map((span) => {
      const kept = replaceUnkept(span);
      if (kept !== span || keptResource !== resource) changedSpans += 1;
      return toSpanRecord(kept, keptResource);
    });
  });
  return { records, changedSpans };
}

function buildRefusal(status: number, detail: string): Conversion {
  return { refused: { status, detail } };
}
