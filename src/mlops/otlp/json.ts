import { z } from 'zod';
import { checkJson } from '../../platform/json/index.ts';
import { toWireDouble } from '../wire/index.ts';
import {
  type AnyValue,
  type Attribute,
  DEEPEST_VALUE,
  InvalidOtlp,
  type OtlpSpan,
  type ResourceSpans,
  toStatusCode,
  toWireInteger,
} from './otlp-span.ts';

/**
 * `ExportTraceServiceRequest` in OTLP's JSON: names in lowerCamelCase, ids hexadecimal, numbers of 64 bits as text or
 * number, unknown fields ignored. Error: {@link InvalidOtlp}.
 */
export function parseJson(body: Uint8Array): ResourceSpans[] {
  checkJson(body, { depth: TEXT_DEPTH_LIMIT });
  const parsed = Request.safeParse(parseExact(Buffer.from(body).toString('utf8')));
  if (!parsed.success) throw new InvalidOtlp(parsed.error.issues[0]?.message ?? 'invalid');
  return parsed.data.resourceSpans.map(({ resource, scopeSpans }) => ({
    resource: readAttributes(resource?.attributes ?? [], 0),
    spans: scopeSpans.flatMap(({ spans }) => spans.map(readSpan)),
  }));
}

/** Each level of values is three of JSON (`{"arrayValue":{"values":[`), and the way to an attribute takes ten. */
const TEXT_DEPTH_LIMIT = 3 * DEEPEST_VALUE + 12;

/** Integers beyond the exact range of a number stay text, such as times in nanoseconds. */
function parseExact(text: string): unknown {
  try {
    return JSON.parse(text, (...[, value, context]: readonly unknown[]) =>
      typeof value === 'number' && !Number.isSafeInteger(value) ? (formatInteger(context) ?? value) : value,
    );
  } catch (error) {
    throw new InvalidOtlp('not JSON', { cause: error });
  }
}

function formatInteger(context: unknown): string | null {
  if (typeof context !== 'object' || context === null || !('source' in context)) return null;
  return typeof context.source === 'string' && /^-?\d+$/.test(context.source) ? context.source : null;
}

const list = <Item extends z.ZodType>(item: Item) =>
  z
    .array(item)
    .nullish()
    .transform((items) => items ?? []);
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const parseHexadecimal = text.pipe(z.string().regex(/^([0-9a-fA-F]{2})*$/)).transform((value) => value.toLowerCase());
const integer = z.union([z.string().regex(/^-?\d{1,20}$/), z.number().int()]);
const parseNanos = integer.nullish().transform((value) => BigInt(value ?? 0));
const attributes = list(z.object({ key: text, value: z.unknown() }));

const Span = z.object({
  traceId: parseHexadecimal,
  spanId: parseHexadecimal,
  parentSpanId: parseHexadecimal,
  name: text,
  startTimeUnixNano: parseNanos,
  endTimeUnixNano: parseNanos,
  attributes,
  events: list(z.object({ name: text, timeUnixNano: parseNanos, attributes })),
  links: list(z.object({ traceId: parseHexadecimal, spanId: parseHexadecimal, attributes })),
  status: z.object({ code: z.union([z.number(), z.string()]).nullish(), message: text }).nullish(),
});

const Request = z.object({
  resourceSpans: list(
    z.object({
      resource: z.object({ attributes }).nullish(),
      scopeSpans: list(z.object({ spans: list(Span) })),
    }),
  ),
});

function readSpan(span: z.infer<typeof Span>): OtlpSpan {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    name: span.name,
    startNanos: span.startTimeUnixNano,
    endNanos: span.endTimeUnixNano,
    attributes: readAttributes(span.attributes, 0),
    events: span.events.map(({ name, timeUnixNano, attributes: found }) => ({
      name,
      timeNanos: timeUnixNano,
      attributes: readAttributes(found, 0),
    })),
    links: span.links.map((link) => ({ ...link, attributes: readAttributes(link.attributes, 0) })),
    status: { code: readStatus(span.status?.code ?? 0), message: span.status?.message ?? '' },
  };
}

function readStatus(code: number | string): OtlpSpan['status']['code'] {
  if (typeof code === 'number') return toStatusCode(code);
  if (code === 'STATUS_CODE_ERROR') return 2;
  return code === 'STATUS_CODE_OK' ? 1 : 0;
}

function readAttributes(entries: z.infer<typeof attributes>, depth: number): Attribute[] {
  return entries.map(({ key, value }) => ({ key, value: readValue(value, depth) }));
}

const Value = z.object({
  stringValue: z.string().optional(),
  boolValue: z.boolean().optional(),
  intValue: integer.optional(),
  doubleValue: z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])]).optional(),
  arrayValue: z.object({ values: list(z.unknown()) }).optional(),
  kvlistValue: z.object({ values: attributes }).optional(),
  bytesValue: z.string().optional(),
});

function readValue(found: unknown, depth: number): AnyValue {
  if (depth > DEEPEST_VALUE) throw new InvalidOtlp('the nesting of values is too deep');
  const parsed = Value.safeParse(found ?? {});
  if (!parsed.success) throw new InvalidOtlp('an attribute has no valid value');
  const value = parsed.data;
  if (value.stringValue !== undefined) return { string_value: value.stringValue };
  if (value.boolValue !== undefined) return { bool_value: value.boolValue };
  if (value.intValue !== undefined) return { int_value: toWireInteger(BigInt(value.intValue)) };
  if (value.doubleValue !== undefined) return { double_value: toWireDouble(Number(value.doubleValue)) };
  if (value.arrayValue !== undefined) {
    return { array_value: { values: value.arrayValue.values.map((item) => readValue(item, depth + 1)) } };
  }
  if (value.kvlistValue !== undefined) {
    return { kvlist_value: { values: readAttributes(value.kvlistValue.values, depth + 1) } };
  }
  return value.bytesValue === undefined ? {} : { bytes_value: value.bytesValue };
}
