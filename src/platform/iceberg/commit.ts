import { randomUUID } from 'node:crypto';
import type { Sql } from '../store/index.ts';
import { createCatalogChanged, findPointer, movePointer } from './catalog.ts';
import { digestFiles, encodeManifest, type FileGroup } from './manifest-file.ts';
import { encodeManifestList, type ManifestRecord, summarizeFiles } from './manifest-list.ts';
import { findPublished, type Published, savePublished } from './published.ts';
import { buildSchema, buildTableMetadata, type TableState } from './table-metadata.ts';
import { buildFields, growColumns } from './table-schema.ts';
import { buildMetadataKey, type IcebergTable, isInWarehouse, type TableName, type Warehouse } from './warehouse.ts';

/** A table before a change. */
export interface Base {
  readonly name: TableName;
  /** Address of the current metadata; null when the catalog does not have the table. */
  readonly pointer: string | null;
  readonly published: Published | null;
}

export interface Change {
  readonly table: IcebergTable;
  /** Other columns of the files. */
  readonly others: Iterable<string>;
  /** Null: the one after the last. */
  readonly snapshotId: number | null;
  readonly keep: readonly ManifestRecord[];
  /** Groups without a manifest; a group without files gets none. */
  readonly write: readonly FileGroup[];
}

/** Reads what the change of a table begins with. Error: `catalog_changed` when another program wrote to it. */
export async function findBase(sql: Sql, name: TableName): Promise<Base> {
  const pointer = await findPointer(sql, name);
  const published = await findPublished(sql, name);
  if (pointer !== null && pointer !== published?.metadata) throw createCatalogChanged(name);
  return { name, pointer, published };
}

/** Writes all objects of the changed table; no reader sees them until `saveChange`. Null: the table is published like that already. */
export async function writeChange(warehouse: Warehouse, base: Base, change: Change): Promise<Published | null> {
  const { published } = base;
  const columns = growColumns(change.table, change.others, published?.columns ?? []);
  const fields = buildFields(change.table, columns);
  const isSameSchema = JSON.stringify(fields) === JSON.stringify(published?.fields);
  const isSameMapping = JSON.stringify(columns) === JSON.stringify(published?.columns);
  if (isSameSchema && isSameMapping && isPublished(warehouse, base, change)) return null;
  const sequenceNumber = (published?.sequenceNumber ?? 0) + 1;
  const ids = { sequenceNumber, snapshotId: change.snapshotId ?? sequenceNumber };
  const schemaId = published === null ? 0 : published.schemaId + (isSameSchema ? 0 : 1);
  const schema = JSON.stringify(buildSchema(schemaId, fields));
  const put = createPut(warehouse, base.name);
  const groups = change.write.filter(({ files }) => files.length > 0);
  const written = await mapInParallel(groups, async ({ name, files }): Promise<ManifestRecord> => {
    const object = await put(`${randomUUID()}-m0.avro`, encodeManifest({ files, schema, ...ids }));
    return { group: name, digest: digestFiles(files), ...object, ...ids, ...summarizeFiles(files) };
  });
  const manifests = [...change.keep, ...written];
  const list = await put(`snap-${ids.snapshotId}-${randomUUID()}.avro`, encodeManifestList({ manifests, ...ids }));
  const state: TableState = {
    tableUuid: published?.tableUuid ?? randomUUID(),
    location: `${warehouse.address}/${buildMetadataKey(base.name)}`,
    ...{ schemaId, fields, columns, ...ids, manifests },
    manifestList: list.address,
    publishedAt: Date.now(),
  };
  const version = published === null ? 0 : published.version + 1;
  const file = `${String(version).padStart(5, '0')}-${randomUUID()}.metadata.json`;
  const metadata = await put(file, Buffer.from(JSON.stringify(buildTableMetadata(state))));
  return { ...state, version, metadata: metadata.address };
}

function isPublished(warehouse: Warehouse, { pointer, published }: Base, change: Change): boolean {
  if (pointer === null || published === null || !isInWarehouse(warehouse, published.metadata)) return false;
  const isSameSnapshot = change.snapshotId === null || change.snapshotId === published.snapshotId;
  return isSameSnapshot && change.write.length === 0 && change.keep.length === published.manifests.length;
}

/** Objects in progress at the same time: a partition is a manifest, and the first change of a table may have thousands. */
const PARALLEL_PUTS = 16;

async function mapInParallel<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let at = 0; at < items.length; at += PARALLEL_PUTS)
    results.push(...(await Promise.all(items.slice(at, at + PARALLEL_PUTS).map(work))));
  return results;
}

function createPut({ address, objects }: Warehouse, name: TableName) {
  return async (file: string, content: Buffer): Promise<{ address: string; sizeBytes: number }> => {
    const key = `${buildMetadataKey(name)}/${file}`;
    const { sizeBytes } = await objects.put(key, content);
    return { address: `${address}/${key}`, sizeBytes };
  };
}

/** Makes a written change visible, with the caller's transaction. Error: `catalog_changed` when the table changed since `findBase`. */
export async function saveChange(sql: Sql, { name, pointer, published }: Base, written: Published): Promise<void> {
  await movePointer(sql, name, pointer, written.metadata);
  await savePublished(sql, name, published, written);
}
