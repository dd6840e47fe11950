import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/**
 * `ExportTraceServiceResponse`: empty, or with a `partial_success` that rejects no span and warns that some texts were
 * changed, which is OTLP's form of a warning.
 */
export function exportAnswer(
  type: 'application/x-protobuf' | 'application/json',
  changedSpans: number,
): string | Buffer {
  if (changedSpans === 0) return type === 'application/json' ? '{}' : Buffer.alloc(0);
  const errorMessage = `${changedSpans} spans are stored with U+FFFD in place of NUL characters or halves of surrogate pairs in their texts.`;
  if (type === 'application/json') return JSON.stringify({ partialSuccess: { rejectedSpans: '0', errorMessage } });
  const partialSuccess = new BinaryWriter().tag(2, WireType.LengthDelimited).string(errorMessage).finish();
  return Buffer.from(new BinaryWriter().tag(1, WireType.LengthDelimited).bytes(partialSuccess).finish());
}
