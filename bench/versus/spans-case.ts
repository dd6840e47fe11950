import { request } from 'node:http';
import type { Session } from './session.ts';

const SPANS_A_REQUEST = 100;
const STARTED_AT = 1_793_491_200_000_000_000n;

/** Spans as an OpenTelemetry exporter sends them, in protobuf, a hundred a request, one client. */
export async function spansCase(session: Session): Promise<void> {
  const bodies = Array.from({ length: session.sizes.spans / SPANS_A_REQUEST }, (_, number) => requestOf(number));
  const startedAt = performance.now();
  for (const body of bodies) await send(`${session.server.url}/v1/traces`, body);
  const seconds = (performance.now() - startedAt) / 1000;
  const label = `${session.sizes.spans.toLocaleString('en-US')} OTLP spans`;
  session.measured(label, 'spans/s', session.sizes.spans / seconds);
}

function send(url: string, body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-protobuf', 'x-mlflow-experiment-id': '0' };
    const sent = request(url, { method: 'POST', headers }, (answer) => {
      answer.resume().on('end', () => {
        if (answer.statusCode === 200) resolve();
        else reject(new Error(`/v1/traces answered ${answer.statusCode}`));
      });
    });
    sent.on('error', reject).end(body);
  });
}

/** ExportTraceServiceRequest > ResourceSpans > ScopeSpans > Span: one trace of a root and its children. */
function requestOf(number: number): Buffer {
  const traceId = id(16, number + 1);
  const spans = Array.from({ length: SPANS_A_REQUEST }, (_, index) => {
    const start = STARTED_AT + BigInt(number * 1_000_000 + index * 1000);
    return field(2, spanOf(traceId, index, start));
  });
  return field(1, field(2, Buffer.concat(spans)));
}

function spanOf(traceId: Buffer, index: number, start: bigint): Buffer {
  const parent = index === 0 ? [] : [field(4, id(8, 1))];
  const name = field(5, Buffer.from(`step ${index}`));
  const kind = Buffer.from([6 * 8, 1]);
  const parts = [field(1, traceId), field(2, id(8, index + 1)), ...parent, name, kind, time(7, start)];
  return Buffer.concat([...parts, time(8, start + 5_000_000n)]);
}

function id(length: number, number: number): Buffer {
  const bytes = Buffer.alloc(length);
  bytes.writeUInt32BE(number, length - 4);
  bytes[0] = 1;
  return bytes;
}

/** A length-delimited field of protobuf. */
function field(number: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([number * 8 + 2]), varint(content.length), content]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let left = value; ; left >>>= 7) {
    if (left < 128) return Buffer.from([...bytes, left]);
    bytes.push((left & 127) | 128);
  }
}

/** A fixed64 field. */
function time(number: number, nanoseconds: bigint): Buffer {
  const bytes = Buffer.alloc(9);
  bytes[0] = number * 8 + 1;
  bytes.writeBigUInt64LE(nanoseconds, 1);
  return bytes;
}
