import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { AppError } from '../../platform/errors/index.ts';
import { createTooManyValues } from '../../platform/json/index.ts';
import { toWireDouble } from '../wire/index.ts';
import {
  type AnyValue,
  type Attribute,
  DEEPEST_VALUE,
  InvalidOtlp,
  type OtlpEvent,
  type OtlpLink,
  type OtlpSpan,
  type ResourceSpans,
  toStatusCode,
  toWireInteger,
} from './otlp-span.ts';

/**
 * `ExportTraceServiceRequest` in the binary form of protocol buffers (opentelemetry-proto, trace/v1). The library
 * decodes the bytes; only the stored fields are named here, and all others are skipped. Errors: {@link InvalidOtlp},
 * `json_too_many_values`.
 */
export function parseProtobuf(body: Uint8Array): ResourceSpans[] {
  const resources: ResourceSpans[] = [];
  const budget: Budget = { fields: FIELD_LIMIT };
  try {
    read(budget, body, { 1: (reader) => resources.push(readResourceSpans(budget, reader.bytes())) });
  } catch (error) {
    if (error instanceof InvalidOtlp || error instanceof AppError) throw error;
    throw new InvalidOtlp('not a protocol buffer', { cause: error });
  }
  return resources;
}

/** Fields of one body: 16 MiB could hold eight million. A span of twenty attributes has about a hundred. */
const FIELD_LIMIT = 1_000_000;

/** Fields that may still be read. */
interface Budget {
  fields: number;
}

type Readers = Readonly<Record<number, (reader: BinaryReader) => unknown>>;

/** Wire types of the fields that are not embedded messages, texts or bytes. */
function read(
  budget: Budget,
  bytes: Uint8Array,
  readers: Readers,
  wireTypes: Readonly<Record<number, WireType>> = {},
): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    budget.fields -= 1;
    if (budget.fields < 0) throw createTooManyValues(FIELD_LIMIT);
    const [field, type] = reader.tag();
    const take = readers[field];
    if (take === undefined) {
      reader.skip(type, field);
      continue;
    }
    if (type !== (wireTypes[field] ?? WireType.LengthDelimited))
      throw new InvalidOtlp(`field ${field} has an unexpected type`);
    take(reader);
  }
}

function readResourceSpans(budget: Budget, bytes: Uint8Array): ResourceSpans {
  const resource: Attribute[] = [];
  const spans: OtlpSpan[] = [];
  read(budget, bytes, {
    1: (reader) =>
      read(budget, reader.bytes(), { 1: (inner) => resource.push(readAttribute(budget, inner.bytes(), 0)) }),
    2: (reader) => read(budget, reader.bytes(), { 2: (inner) => spans.push(readSpan(budget, inner.bytes())) }),
  });
  return { resource, spans };
}

function readSpan(budget: Budget, bytes: Uint8Array): OtlpSpan {
  const span = { traceId: '', spanId: '', parentSpanId: '', name: '', startNanos: 0n, endNanos: 0n };
  const attributes: Attribute[] = [];
  const events: OtlpEvent[] = [];
  const links: OtlpLink[] = [];
  let status: OtlpSpan['status'] = { code: 0, message: '' };
  read(
    budget,
    bytes,
    {
      1: (reader) => Object.assign(span, { traceId: toHex(reader.bytes()) }),
      2: (reader) => Object.assign(span, { spanId: toHex(reader.bytes()) }),
      4: (reader) => Object.assign(span, { parentSpanId: toHex(reader.bytes()) }),
      5: (reader) => Object.assign(span, { name: reader.string() }),
      7: (reader) => Object.assign(span, { startNanos: BigInt(reader.fixed64()) }),
      8: (reader) => Object.assign(span, { endNanos: BigInt(reader.fixed64()) }),
      9: (reader) => attributes.push(readAttribute(budget, reader.bytes(), 0)),
      11: (reader) => events.push(readEvent(budget, reader.bytes())),
      13: (reader) => links.push(readLink(budget, reader.bytes())),
      15: (reader) => {
        status = readStatus(budget, reader.bytes());
      },
    },
    { 7: WireType.Bit64, 8: WireType.Bit64 },
  );
  return { ...span, attributes, events, links, status };
}

function readEvent(budget: Budget, bytes: Uint8Array): OtlpEvent {
  const event = { name: '', timeNanos: 0n };
  const attributes: Attribute[] = [];
  read(
    budget,
    bytes,
    {
      1: (reader) => Object.assign(event, { timeNanos: BigInt(reader.fixed64()) }),
      2: (reader) => Object.assign(event, { name: reader.string() }),
      3: (reader) => attributes.push(readAttribute(budget, reader.bytes(), 0)),
    },
    { 1: WireType.Bit64 },
  );
  return { ...event, attributes };
}

function readLink(budget: Budget, bytes: Uint8Array): OtlpLink {
  const link = { traceId: '', spanId: '' };
  const attributes: Attribute[] = [];
  read(budget, bytes, {
    1: (reader) => Object.assign(link, { traceId: toHex(reader.bytes()) }),
    2: (reader) => Object.assign(link, { spanId: toHex(reader.bytes()) }),
    4: (reader) => attributes.push(readAttribute(budget, reader.bytes(), 0)),
  });
  return { ...link, attributes };
}

function readStatus(budget: Budget, bytes: Uint8Array): OtlpSpan['status'] {
  const status = { code: 0, message: '' };
  read(
    budget,
    bytes,
    {
      2: (reader) => Object.assign(status, { message: reader.string() }),
      3: (reader) => Object.assign(status, { code: reader.int32() }),
    },
    { 3: WireType.Varint },
  );
  return { code: toStatusCode(status.code), message: status.message };
}

function readAttribute(budget: Budget, bytes: Uint8Array, depth: number): Attribute {
  let key = '';
  let value: AnyValue = {};
  read(budget, bytes, {
    1: (reader) => {
      key = reader.string();
    },
    2: (reader) => {
      value = readValue(budget, reader.bytes(), depth);
    },
  });
  return { key, value };
}

const VALUE_TYPES = { 2: WireType.Varint, 3: WireType.Varint, 4: WireType.Bit64 };

function readValue(budget: Budget, bytes: Uint8Array, depth: number): AnyValue {
  if (depth > DEEPEST_VALUE) throw new InvalidOtlp('the nesting of values is too deep');
  let value: AnyValue = {};
  const keep = (found: AnyValue) => {
    value = found;
  };
  read(
    budget,
    bytes,
    {
      1: (reader) => keep({ string_value: reader.string() }),
      2: (reader) => keep({ bool_value: reader.bool() }),
      3: (reader) => keep({ int_value: toWireInteger(BigInt(reader.int64())) }),
      4: (reader) => keep({ double_value: toWireDouble(reader.double()) }),
      5: (reader) =>
        keep({
          array_value: { values: readItems(budget, reader.bytes(), (item) => readValue(budget, item, depth + 1)) },
        }),
      6: (reader) =>
        keep({
          kvlist_value: { values: readItems(budget, reader.bytes(), (item) => readAttribute(budget, item, depth + 1)) },
        }),
      7: (reader) => keep({ bytes_value: Buffer.from(reader.bytes()).toString('base64') }),
    },
    VALUE_TYPES,
  );
  return value;
}

function readItems<Item>(budget: Budget, bytes: Uint8Array, readItem: (bytes: Uint8Array) => Item): Item[] {
  const items: Item[] = [];
  read(budget, bytes, { 1: (reader) => items.push(readItem(reader.bytes())) });
  return items;
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
