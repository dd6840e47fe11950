import { randomBytes } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import avro, { type Type } from 'avsc';

const MAGIC = Buffer.from('Obj\u0001', 'latin1');
const SYNC_BYTES = 16;
const HEADER = avro.Type.forSchema({ type: 'map', values: 'bytes' });
const LONG = avro.Type.forSchema('long');

/** An Avro schema as JSON. Iceberg adds `field-id` and the like to it; the file keeps them. */
export type AvroSchema = Parameters<typeof Type.forSchema>[0];

/** Rows and header of an Avro object container file. */
export interface AvroFile {
  readonly metadata: Readonly<Record<string, string>>;
  readonly records: readonly unknown[];
}

/**
 * Encodes records as an Avro object container file of one block, compressed with deflate. `metadata`: keys of the header in addition to those of
 * Avro itself.
 */
export function encodeAvroFile(schema: AvroSchema, { metadata, records }: AvroFile): Buffer {
  const type = avro.Type.forSchema(schema);
  const header = { ...metadata, 'avro.schema': JSON.stringify(schema), 'avro.codec': 'deflate' };
  const bytes = Object.fromEntries(Object.entries(header).map(([key, value]) => [key, Buffer.from(value)]));
  const sync = randomBytes(SYNC_BYTES);
  const parts = [MAGIC, HEADER.toBuffer(bytes), sync];
  if (records.length > 0) {
    const block = deflateRawSync(Buffer.concat(records.map((record) => type.toBuffer(record))));
    parts.push(LONG.toBuffer(records.length), LONG.toBuffer(block.length), block, sync);
  }
  return Buffer.concat(parts);
}

/** Decodes a file that `encodeAvroFile` has written. Throws for other bytes. */
export function decodeAvroFile(content: Buffer): AvroFile {
  if (!content.subarray(0, MAGIC.length).equals(MAGIC)) throw new Error('not an Avro file');
  const header = HEADER.decode(content, MAGIC.length);
  const metadata = Object.fromEntries(
    Object.entries<Buffer>(header.value).map(([key, value]) => [key, value.toString('utf8')]),
  );
  const type = avro.Type.forSchema(JSON.parse(metadata['avro.schema'] ?? ''));
  const records: unknown[] = [];
  for (let at = header.offset + SYNC_BYTES; at < content.length; ) {
    const count = LONG.decode(content, at);
    const size = LONG.decode(content, count.offset);
    const block = inflateRawSync(content.subarray(size.offset, size.offset + size.value));
    for (let row = 0, from = 0; row < count.value; row += 1) {
      const { value, offset } = type.decode(block, from);
      records.push(value);
      from = offset;
    }
    at = size.offset + size.value + SYNC_BYTES;
  }
  return { metadata, records };
}
