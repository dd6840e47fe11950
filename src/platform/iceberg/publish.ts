import type { Sql } from '../store/index.ts';
import { findBase, saveChange, writeChange } from './commit.ts';
import { digestFiles } from './manifest-file.ts';
import { type IcebergFile, type IcebergTable, isInWarehouse, type Warehouse } from './warehouse.ts';

export interface Publication {
  readonly namespace: string;
  readonly table: IcebergTable;
  /** Number of the swap: the id of the snapshot. */
  readonly snapshot: number;
  /** All files that the manifest of the lake names. */
  readonly files: readonly IcebergFile[];
}

/**
 * Publishes the current files of a lake table as an Iceberg table, in the caller's transaction: readers of the catalog see the new snapshot when
 * it commits, and never when it is rolled back. Writes manifests of partitions that changed since the last publication, and reuses the
 * others. Publishing the same again writes nothing. Errors: `iceberg_column_changed`, `catalog_changed`, those of `Objects`.
 * Example: `publishTable(sql, warehouse, { namespace: 'steelyard', table, snapshot: 7, files })`.
 */
export async function publishTable(sql: Sql, warehouse: Warehouse, publication: Publication): Promise<void> {
  const { namespace, table, snapshot, files } = publication;
  const base = await findBase(sql, { catalog: warehouse.catalog, namespace, table: table.name });
  const groups = [...Map.groupBy(files, ({ partition }) => partition)];
  const digests = new Map(groups.map(([partition, members]) => [partition, digestFiles(members)]));
  const keep = (base.published?.manifests ?? []).filter(
    ({ group, digest, address }) => digests.get(group) === digest && isInWarehouse(warehouse, address),
  );
  const kept = new Set(keep.map(({ group }) => group));
  const write = groups.filter(([name]) => !kept.has(name)).map(([name, members]) => ({ name, files: members }));
  const others = new Set(files.flatMap((file) => file.others));
  const written = await writeChange(warehouse, base, { table, others, snapshotId: snapshot, keep, write });
  if (written !== null) await saveChange(sql, base, written);
}
