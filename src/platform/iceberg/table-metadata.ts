import type { IcebergField } from './column-type.ts';
import { LAST_PARTITION_ID, PARTITION_FIELDS, SPEC_ID } from './manifest-file.ts';
import type { ManifestRecord } from './manifest-list.ts';
import { buildNameMapping, findLastId, type KnownColumn } from './table-schema.ts';

export interface TableState {
  readonly tableUuid: string;
  /** Full address of the folder of the table. */
  readonly location: string;
  readonly schemaId: number;
  readonly fields: readonly IcebergField[];
  readonly columns: readonly KnownColumn[];
  readonly snapshotId: number;
  readonly sequenceNumber: number;
  /** Full address of the manifest list. */
  readonly manifestList: string;
  readonly manifests: readonly ManifestRecord[];
  /** Unix milliseconds. */
  readonly publishedAt: number;
}

/** A schema as the metadata of a table and the headers of manifests have it. */
export function buildSchema(schemaId: number, fields: readonly IcebergField[]): object {
  return { type: 'struct', 'schema-id': schemaId, fields };
}

/** Table metadata, format version 2, with the current snapshot alone. */
export function buildTableMetadata(state: TableState): object {
  const { snapshotId } = state;
  return {
    'format-version': 2,
    'table-uuid': state.tableUuid,
    location: state.location,
    'last-sequence-number': state.sequenceNumber,
    'last-updated-ms': state.publishedAt,
    'last-column-id': findLastId(state.columns),
    schemas: [buildSchema(state.schemaId, state.fields)],
    'current-schema-id': state.schemaId,
    'partition-specs': [{ 'spec-id': SPEC_ID, fields: PARTITION_FIELDS }],
    'default-spec-id': SPEC_ID,
    'last-partition-id': LAST_PARTITION_ID,
    'sort-orders': [{ 'order-id': 0, fields: [] }],
    'default-sort-order-id': 0,
    properties: { 'schema.name-mapping.default': JSON.stringify(buildNameMapping(state.columns)) },
    'current-snapshot-id': snapshotId,
    snapshots: [buildSnapshot(state)],
    'snapshot-log': [{ 'snapshot-id': snapshotId, 'timestamp-ms': state.publishedAt }],
    'metadata-log': [],
    refs: { main: { 'snapshot-id': snapshotId, type: 'branch' } },
    statistics: [],
    'partition-statistics': [],
  };
}

function buildSnapshot(state: TableState): object {
  const sum = (count: (manifest: ManifestRecord) => number) =>
    String(state.manifests.reduce((total, manifest) => total + count(manifest), 0));
  return {
    'snapshot-id': state.snapshotId,
    'sequence-number': state.sequenceNumber,
    'timestamp-ms': state.publishedAt,
    'manifest-list': state.manifestList,
    'schema-id': state.schemaId,
    summary: {
      operation: 'overwrite',
      'total-data-files': sum(({ files }) => files),
      'total-records': sum(({ rows }) => rows),
      'total-files-size': sum(({ dataBytes }) => dataBytes),
      'total-delete-files': '0',
      'total-position-deletes': '0',
      'total-equality-deletes': '0',
    },
  };
}
