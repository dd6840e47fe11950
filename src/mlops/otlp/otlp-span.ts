/**
 * A value of OTLP in its JSON form, with the names of the protocol buffer: the same text is stored, searched and
 * answered. An empty object is no value.
 */
export interface AnyValue {
  readonly string_value?: string;
  readonly bool_value?: boolean;
  /** Text where a number cannot hold it. */
  readonly int_value?: number | string;
  /** Text for NaN and the infinities. */
  readonly double_value?: number | string;
  readonly array_value?: { readonly values: readonly AnyValue[] };
  readonly kvlist_value?: { readonly values: readonly Attribute[] };
  /** Base64. */
  readonly bytes_value?: string;
}

export interface Attribute {
  readonly key: string;
  readonly value: AnyValue;
}

export interface OtlpEvent {
  readonly name: string;
  readonly timeNanos: bigint;
  readonly attributes: readonly Attribute[];
}

export interface OtlpLink {
  /** Bytes as hexadecimal text. */
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: readonly Attribute[];
}

/** 0: unset, 1: fine, 2: an error. */
export type OtlpStatusCode = 0 | 1 | 2;

/** A received span, of either encoding. Ids are hexadecimal text, '' for a missing one. */
export interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly startNanos: bigint;
  /** 0 while it is not over. */
  readonly endNanos: bigint;
  readonly attributes: readonly Attribute[];
  readonly events: readonly OtlpEvent[];
  readonly links: readonly OtlpLink[];
  readonly status: { readonly code: OtlpStatusCode; readonly message: string };
}

/** The spans of one resource, with the attributes of that resource. */
export interface ResourceSpans {
  readonly resource: readonly Attribute[];
  readonly spans: readonly OtlpSpan[];
}

/** Maximum nesting of values; deeper nesting is an attack on readers. */
export const DEEPEST_VALUE = 64;

/** Error for an invalid request. */
export class InvalidOtlp extends Error {}

export function toStatusCode(code: number): OtlpStatusCode {
  return code === 1 || code === 2 ? code : 0;
}

/** Numbers of 64 bits as JSON carries them: a number where it is exact, text where it is not. */
export function toWireInteger(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

/** The value in plain JSON: objects for lists of keys. */
export function toPlainValue(value: AnyValue): unknown {
  if (value.kvlist_value !== undefined) {
    return Object.fromEntries(value.kvlist_value.values.map((entry) => [entry.key, toPlainValue(entry.value)]));
  }
  if (value.array_value !== undefined) return value.array_value.values.map(toPlainValue);
  return value.string_value ?? value.bool_value ?? value.int_value ?? value.double_value ?? value.bytes_value ?? null;
}

/** A plain JSON value as OTLP writes it. */
export function anyValue(value: unknown): AnyValue {
  if (typeof value === 'string') return { string_value: value };
  if (typeof value === 'boolean') return { bool_value: value };
  if (typeof value === 'number') return Number.isSafeInteger(value) ? { int_value: value } : { double_value: value };
  if (Array.isArray(value)) return { array_value: { values: value.map(anyValue) } };
  if (typeof value !== 'object' || value === null) return {};
  return { kvlist_value: { values: Object.entries(value).map(([key, item]) => ({ key, value: anyValue(item) })) } };
}
