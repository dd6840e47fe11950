import { type AvroSchema, encodeAvroFile } from './avro-file.ts';
import { SPEC_ID } from './manifest-file.ts';
import type { IcebergFile } from './warehouse.ts';

/** A manifest of the current snapshot. */
export interface ManifestRecord {
  /** Name of its group of files. */
  readonly group: string;
  readonly digest: string;
  /** Full address of the object. */
  readonly address: string;
  readonly sizeBytes: number;
  /** The snapshot that added it. */
  readonly snapshotId: number;
  readonly sequenceNumber: number;
  readonly files: number;
  readonly rows: number;
  readonly dataBytes: number;
  /** Lowest and highest partition and file id, so that readers skip manifests. */
  readonly partitions: Bounds;
  readonly fileIds: Bounds;
}

type Bounds = readonly [string, string];

const COUNTS = [
  ['added_files_count', 504, 'int'],
  ['existing_files_count', 505, 'int'],
  ['deleted_files_count', 506, 'int'],
  ['added_rows_count', 512, 'long'],
  ['existing_rows_count', 513, 'long'],
  ['deleted_rows_count', 514, 'long'],
] as const;

/** As the Iceberg specification defines it. */
const LISTED = {
  type: 'record',
  name: 'manifest_file',
  fields: [
    { name: 'manifest_path', type: 'string', 'field-id': 500 },
    { name: 'manifest_length', type: 'long', 'field-id': 501 },
    { name: 'partition_spec_id', type: 'int', 'field-id': 502 },
    { name: 'content', type: 'int', 'field-id': 517 },
    { name: 'sequence_number', type: 'long', 'field-id': 515 },
    { name: 'min_sequence_number', type: 'long', 'field-id': 516 },
    { name: 'added_snapshot_id', type: 'long', 'field-id': 503 },
    ...COUNTS.map(([name, id, type]) => ({ name, type, 'field-id': id })),
    {
      name: 'partitions',
      'field-id': 507,
      default: null,
      type: [
        'null',
        {
          type: 'array',
          'element-id': 508,
          items: {
            type: 'record',
            name: 'r508',
            fields: [
              { name: 'contains_null', type: 'boolean', 'field-id': 509 },
              { name: 'contains_nan', type: ['null', 'boolean'], default: null, 'field-id': 518 },
              { name: 'lower_bound', type: ['null', 'bytes'], default: null, 'field-id': 510 },
              { name: 'upper_bound', type: ['null', 'bytes'], default: null, 'field-id': 511 },
            ],
          },
        },
      ],
    },
  ],
} as unknown as AvroSchema;

export interface ListContent {
  readonly manifests: readonly ManifestRecord[];
  readonly snapshotId: number;
  readonly sequenceNumber: number;
}

/** Encodes the manifest list of a snapshot. */
export function encodeManifestList({ manifests, snapshotId, sequenceNumber }: ListContent): Buffer {
  const records = manifests.map((manifest) => ({
    manifest_path: manifest.address,
    manifest_length: manifest.sizeBytes,
    partition_spec_id: SPEC_ID,
    content: 0,
    sequence_number: manifest.sequenceNumber,
    min_sequence_number: manifest.sequenceNumber,
    added_snapshot_id: manifest.snapshotId,
    added_files_count: manifest.files,
    existing_files_count: 0,
    deleted_files_count: 0,
    added_rows_count: manifest.rows,
    existing_rows_count: 0,
    deleted_rows_count: 0,
    partitions: [manifest.partitions, manifest.fileIds].map(([lower, upper]) => ({
      contains_null: false,
      contains_nan: null,
      lower_bound: Buffer.from(lower),
      upper_bound: Buffer.from(upper),
    })),
  }));
  const metadata = {
    'snapshot-id': String(snapshotId),
    'parent-snapshot-id': 'null',
    'sequence-number': String(sequenceNumber),
    'format-version': '2',
  };
  return encodeAvroFile(LISTED, { metadata, records });
}

/** Counts and bounds of the files of a manifest; there is at least one. */
export function summarizeFiles(
  files: readonly IcebergFile[],
): Pick<ManifestRecord, 'files' | 'rows' | 'dataBytes' | 'partitions' | 'fileIds'> {
  return {
    files: files.length,
    rows: files.reduce((sum, { rows }) => sum + rows, 0),
    dataBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    partitions: findBounds(files.map(({ partition }) => partition)),
    fileIds: findBounds(files.map(({ id }) => id)),
  };
}

/** By the bytes of their UTF-8 text, as Iceberg compares. */
function findBounds(values: readonly string[]): Bounds {
  const [first = ''] = values;
  let [lower, upper] = [first, first];
  for (const value of values) {
    if (Buffer.compare(Buffer.from(value), Buffer.from(lower)) < 0) lower = value;
    if (Buffer.compare(Buffer.from(value), Buffer.from(upper)) > 0) upper = value;
  }
  return [lower, upper];
}
