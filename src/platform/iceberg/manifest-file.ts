import { createHash } from 'node:crypto';
import { type AvroSchema, encodeAvroFile } from './avro-file.ts';
import { FILE_COLUMN, PARTITION_COLUMN } from './table-schema.ts';
import type { IcebergFile } from './warehouse.ts';

export const SPEC_ID = 0;
/** Identity partitions: readers take both columns from the entry of a file. */
export const PARTITION_FIELDS = [PARTITION_COLUMN, FILE_COLUMN].map(({ id, name }, index) => ({
  'source-id': id,
  'field-id': 1000 + index,
  transform: 'identity',
  name,
}));
export const LAST_PARTITION_ID = 1001;

const ADDED = 1;
const optionalLong = ['null', 'long'];

/** As the Iceberg specification defines it, without the optional statistics. */
const ENTRY = {
  type: 'record',
  name: 'manifest_entry',
  fields: [
    { name: 'status', type: 'int', 'field-id': 0 },
    { name: 'snapshot_id', type: optionalLong, default: null, 'field-id': 1 },
    { name: 'sequence_number', type: optionalLong, default: null, 'field-id': 3 },
    { name: 'file_sequence_number', type: optionalLong, default: null, 'field-id': 4 },
    {
      name: 'data_file',
      'field-id': 2,
      type: {
        type: 'record',
        name: 'r2',
        fields: [
          { name: 'content', type: 'int', 'field-id': 134 },
          { name: 'file_path', type: 'string', 'field-id': 100 },
          { name: 'file_format', type: 'string', 'field-id': 101 },
          {
            name: 'partition',
            'field-id': 102,
            type: {
              type: 'record',
              name: 'r102',
              fields: PARTITION_FIELDS.map((field) => ({
                name: field.name,
                type: ['null', 'string'],
                default: null,
                'field-id': field['field-id'],
              })),
            },
          },
          { name: 'record_count', type: 'long', 'field-id': 103 },
          { name: 'file_size_in_bytes', type: 'long', 'field-id': 104 },
        ],
      },
    },
  ],
} as unknown as AvroSchema;

/** Files that are listed by one manifest. */
export interface FileGroup {
  readonly name: string;
  readonly files: readonly IcebergFile[];
}

export interface ManifestContent {
  readonly files: readonly IcebergFile[];
  /** Schema of the table, as JSON. */
  readonly schema: string;
  readonly snapshotId: number;
  readonly sequenceNumber: number;
}

/** Encodes a manifest that lists files as added by a snapshot. */
export function encodeManifest({ files, schema, snapshotId, sequenceNumber }: ManifestContent): Buffer {
  const records = files.map((file) => ({
    status: ADDED,
    snapshot_id: snapshotId,
    sequence_number: sequenceNumber,
    file_sequence_number: sequenceNumber,
    data_file: {
      content: 0,
      file_path: file.address,
      file_format: 'PARQUET',
      partition: { [PARTITION_COLUMN.name]: file.partition, [FILE_COLUMN.name]: file.id },
      record_count: file.rows,
      file_size_in_bytes: file.sizeBytes,
    },
  }));
  const metadata = {
    schema,
    'partition-spec': JSON.stringify(PARTITION_FIELDS),
    'partition-spec-id': String(SPEC_ID),
    'format-version': '2',
    content: 'data',
  };
  return encodeAvroFile(ENTRY, { metadata, records });
}

/** Digest of all that a manifest says about its files; their order does not count. */
export function digestFiles(files: readonly IcebergFile[]): string {
  const facts = files.map(({ id, partition, address, rows, sizeBytes }) =>
    JSON.stringify([id, partition, address, rows, sizeBytes]),
  );
  return createHash('sha256').update(facts.sort().join('\n')).digest('hex');
}
