import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { FastifyInstance } from 'fastify';

/** A span as tests write it. */
export interface TestSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name?: string;
  /** Nanoseconds as text, since no number holds them. */
  readonly start?: string;
  readonly end?: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly status?: 0 | 1 | 2;
}

export interface Served {
  readonly http: FastifyInstance;
}

export const START = '1795559184189827683';
export const END = '1795559184209937412';

/** Ids of the right length: `id('a', 32)` -> `aaaa…`. */
export function id(digit: string, length: 16 | 32): string {
  return digit.repeat(length);
}

export function jsonRequest(spans: readonly TestSpan[], resource: Readonly<Record<string, unknown>> = {}): string {
  const found = spans.map((span) => ({
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId ?? '',
    name: span.name ?? 'step',
    startTimeUnixNano: span.start ?? START,
    endTimeUnixNano: span.end ?? END,
    attributes: buildAttributes(span.attributes ?? {}),
    status: { code: span.status ?? 1 },
  }));
  return JSON.stringify({
    resourceSpans: [{ resource: { attributes: buildAttributes(resource) }, scopeSpans: [{ spans: found }] }],
  });
}

function buildAttributes(values: Readonly<Record<string, unknown>>): object[] {
  return Object.entries(values).map(([key, value]) => ({ key, value: valueOfJson(value) }));
}

function valueOfJson(value: unknown): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(valueOfJson) } };
  return { kvlistValue: { values: buildAttributes({ ...Object(value) }) } };
}

/** The same request in protocol buffers; only texts and whole numbers as attributes. */
export function protobufRequest(spans: readonly TestSpan[]): Uint8Array {
  const scope = message((of) => {
    for (const span of spans) of.tag(2, WireType.LengthDelimited).bytes(protobufSpan(span));
  });
  const resource = message((of) => of.tag(2, WireType.LengthDelimited).bytes(scope));
  return message((of) => of.tag(1, WireType.LengthDelimited).bytes(resource));
}

function protobufSpan(span: TestSpan): Uint8Array {
  return message((of) => {
    of.tag(1, WireType.LengthDelimited).bytes(Buffer.from(span.traceId, 'hex'));
    of.tag(2, WireType.LengthDelimited).bytes(Buffer.from(span.spanId, 'hex'));
    of.tag(4, WireType.LengthDelimited).bytes(Buffer.from(span.parentSpanId ?? '', 'hex'));
    of.tag(5, WireType.LengthDelimited).string(span.name ?? 'step');
    of.tag(7, WireType.Bit64).fixed64(BigInt(span.start ?? START));
    of.tag(8, WireType.Bit64).fixed64(BigInt(span.end ?? END));
    for (const [key, value] of Object.entries(span.attributes ?? {})) {
      const any = message((inner) =>
        typeof value === 'number'
          ? inner.tag(3, WireType.Varint).int64(value)
          : inner.tag(1, WireType.LengthDelimited).string(String(value)),
      );
      of.tag(9, WireType.LengthDelimited).bytes(
        message((inner) => {
          inner.tag(1, WireType.LengthDelimited).string(key);
          inner.tag(2, WireType.LengthDelimited).bytes(any);
        }),
      );
    }
    of.tag(15, WireType.LengthDelimited).bytes(
      message((inner) => inner.tag(3, WireType.Varint).int32(span.status ?? 1)),
    );
  });
}

function message(write: (writer: BinaryWriter) => unknown): Uint8Array {
  const writer = new BinaryWriter();
  write(writer);
  return writer.finish();
}

export interface OtlpAnswer {
  readonly status: number;
  readonly body: string;
}

/** Sends a body to `/v1/traces`; experiment 0 unless the headers say otherwise. */
export async function sendOtlp(
  { http }: Served,
  payload: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Promise<OtlpAnswer> {
  const type = typeof payload === 'string' ? 'application/json' : 'application/x-protobuf';
  const answer = await http.inject({
    method: 'POST',
    url: '/v1/traces',
    headers: { host: 'localhost', 'content-type': type, 'x-mlflow-experiment-id': '0', ...headers },
    payload: typeof payload === 'string' ? payload : Buffer.from(payload),
  });
  return { status: answer.statusCode, body: answer.body };
}

/** Sends spans, which must be taken. */
export async function sendSpans(
  application: Served,
  spans: readonly TestSpan[],
  resource: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const { status, body } = await sendOtlp(application, jsonRequest(spans, resource));
  if (status !== 200) throw new Error(`/v1/traces answered ${status}: ${body}`);
}

/** The message of MLflow 3 with which a client reports a trace. */
export function traceMessage(traceId: string, info: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    trace: {
      trace_info: {
        trace_id: traceId,
        trace_location: { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: '0' } },
        request_time: '2026-11-24T10:00:00.250Z',
        execution_duration: '1.500s',
        state: 'OK',
        ...info,
      },
    },
  };
}
