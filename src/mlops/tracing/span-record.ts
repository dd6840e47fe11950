import { replaceUnkept } from '../../platform/units/index.ts';
import {
  type Attribute,
  addMlflowNames,
  type GenAiFacts,
  InvalidOtlp,
  type OtlpSpan,
  readGenAiFacts,
  redactAttributes,
  redactText,
  toPlainValue,
} from '../otlp/index.ts';
import { type SpanRow, toTokenColumns } from './tables.ts';

/** A span as it is stored, with the values that its trace needs. */
export interface SpanRecord {
  readonly row: Omit<SpanRow, 'experiment_id'>;
  /** Attributes in plain JSON: of the root span the trace takes inputs, outputs, session and user. */
  readonly attributes: ReadonlyMap<string, unknown>;
  readonly facts: GenAiFacts;
  /** Attributes of the resource that sent the span. */
  readonly resource: readonly Attribute[];
}

const STATUSES = ['UNSET', 'OK', 'ERROR'] as const;
const STATUS_NAMES = ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR'] as const;
const NO_TRACE = /^0*$/;

/** The record of a span. Error: {@link InvalidOtlp} when it names no trace or has no id. */
export function toSpanRecord(span: OtlpSpan, resource: readonly Attribute[]): SpanRecord {
  const ids = [span.traceId, span.spanId];
  if (ids.some((id) => NO_TRACE.test(id)) || span.traceId.length > 32 || span.spanId.length > 16) {
    throw new InvalidOtlp('a span has no valid trace id and span id');
  }
  if (span.startNanos < 0n || span.endNanos < 0n) throw new InvalidOtlp('a span starts or ends before 1970');
  const traceId = `tr-${span.traceId.padStart(32, '0')}`;
  const parent = NO_TRACE.test(span.parentSpanId) ? null : span.parentSpanId.padStart(16, '0');
  const facts = readGenAiFacts(span.attributes);
  const attributes = addTraceId(redactAttributes(addMlflowNames(span.attributes, facts)), traceId);
  const plain = new Map(attributes.map(({ key, value }) => [key, toPlainValue(value)]));
  const type = plain.get('mlflow.spanType');
  const record = { ...span, spanId: span.spanId.padStart(16, '0'), parentSpanId: parent ?? '', attributes };
  return {
    row: {
      trace_id: traceId,
      span_id: record.spanId,
      parent_span_id: parent,
      name: replaceUnkept(span.name.slice(0, LONGEST_NAME)),
      type: typeof type === 'string' ? replaceUnkept(type.slice(0, 250)) : 'UNKNOWN',
      status: STATUSES[span.status.code],
      start_us: toMicroseconds(span.startNanos),
      end_us: span.endNanos === 0n ? null : toMicroseconds(span.endNanos),
      content: serializeSpan({ ...record, traceId: span.traceId.padStart(32, '0') }),
      ...toTokenColumns(facts.tokens),
      model: facts.model === null ? null : replaceUnkept(facts.model),
      provider: facts.provider === null ? null : replaceUnkept(facts.provider),
      counted: null,
    },
    attributes: plain,
    facts,
    resource,
  };
}

/** Characters of the name's column, which is in an index; the whole name is in the content. */
const LONGEST_NAME = 500;

/** A time in or after the year 2255 is stored as that year: an exact number cannot represent more. */
function toMicroseconds(nanos: bigint): number {
  return Math.min(Number(nanos / 1000n), Number.MAX_SAFE_INTEGER);
}

function addTraceId(attributes: readonly Attribute[], traceId: string): Attribute[] {
  const key = 'mlflow.traceRequestId';
  return [{ key, value: { string_value: traceId } }, ...attributes.filter((attribute) => attribute.key !== key)];
}

/**
 * The span in OTLP's JSON with the names of the protocol buffer, as MLflow's clients read it. Times are written as
 * numbers with all their digits, which `JSON.stringify` cannot do.
 */
function serializeSpan(span: OtlpSpan): string {
  const { code, message } = span.status;
  const status = { code: STATUS_NAMES[code], ...(message === '' ? {} : { message: redactText(message) }) };
  const parts = [
    `"trace_id":${JSON.stringify(toBase64(span.traceId))}`,
    `"span_id":${JSON.stringify(toBase64(span.spanId))}`,
    ...(span.parentSpanId === '' ? [] : [`"parent_span_id":${JSON.stringify(toBase64(span.parentSpanId))}`]),
    `"name":${JSON.stringify(span.name)}`,
    `"start_time_unix_nano":${span.startNanos}`,
    ...(span.endNanos === 0n ? [] : [`"end_time_unix_nano":${span.endNanos}`]),
    `"attributes":${JSON.stringify(span.attributes)}`,
    ...(span.events.length === 0 ? [] : [`"events":[${span.events.map(serializeEvent).join(',')}]`]),
    ...(span.links.length === 0 ? [] : [`"links":${JSON.stringify(span.links.map(toLinkMessage))}`]),
    `"status":${JSON.stringify(status)}`,
  ];
  return `{${parts.join(',')}}`;
}

function serializeEvent(event: OtlpSpan['events'][number]): string {
  const attributes = redactAttributes(event.attributes);
  const rest = attributes.length === 0 ? '' : `,"attributes":${JSON.stringify(attributes)}`;
  return `{"time_unix_nano":${event.timeNanos},"name":${JSON.stringify(event.name)}${rest}}`;
}

function toLinkMessage(link: OtlpSpan['links'][number]) {
  const attributes = redactAttributes(link.attributes);
  return {
    trace_id: toBase64(link.traceId),
    span_id: toBase64(link.spanId),
    ...(attributes.length === 0 ? {} : { attributes }),
  };
}

function toBase64(hexadecimal: string): string {
  return Buffer.from(hexadecimal, 'hex').toString('base64');
}
