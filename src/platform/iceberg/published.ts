import { z } from 'zod';
import { insertRows, isAmong, type Sql } from '../store/index.ts';
import type { IcebergField } from './column-type.ts';
import type { ManifestRecord } from './manifest-list.ts';
import type { TableState } from './table-metadata.ts';
import type { TableName } from './warehouse.ts';

interface PublishedTables {
  iceberg_published: {
    catalog_name: string;
    table_namespace: string;
    table_name: string;
    metadata_location: string;
    manifest_list: string;
    document: string;
  };
  iceberg_manifest: {
    address: string;
    catalog_name: string;
    table_namespace: string;
    table_name: string;
    document: string;
  };
  iceberg_superseded: { address: string; superseded_at: number };
}

/** A table as it was published last. */
export interface Published extends TableState {
  /** Full address of its metadata. */
  readonly metadata: string;
  /** Number of its metadata file. */
  readonly version: number;
}

const KnownColumn = z.strictObject({
  id: z.int(),
  name: z.string(),
  type: z.string(),
  spellings: z.array(z.string()),
});
const Document = z.strictObject({
  tableUuid: z.string(),
  location: z.string(),
  version: z.int(),
  schemaId: z.int(),
  fields: z.array(z.custom<IcebergField>()),
  columns: z.array(KnownColumn),
  snapshotId: z.int(),
  sequenceNumber: z.int(),
  publishedAt: z.int(),
});
const Bounds = z.tuple([z.string(), z.string()]);
const Manifest = z.strictObject({
  group: z.string(),
  digest: z.string(),
  address: z.string(),
  sizeBytes: z.int(),
  snapshotId: z.int(),
  sequenceNumber: z.int(),
  files: z.int(),
  rows: z.int(),
  dataBytes: z.int(),
  partitions: Bounds,
  fileIds: Bounds,
});

const toKey = ({ catalog, namespace, table }: TableName) => ({
  catalog_name: catalog,
  table_namespace: namespace,
  table_name: table,
});

/** Null for a table that was never published. */
export async function findPublished(sql: Sql, name: TableName): Promise<Published | null> {
  const db = sql.tables<PublishedTables>();
  const row = await db
    .selectFrom('iceberg_published')
    .selectAll()
    .where((eb) => eb.and(toKey(name)))
    .executeTakeFirst();
  if (row === undefined) return null;
  const manifests = await db
    .selectFrom('iceberg_manifest')
    .select('document')
    .where((eb) => eb.and(toKey(name)))
    .execute();
  return {
    ...Document.parse(JSON.parse(row.document)),
    metadata: row.metadata_location,
    manifestList: row.manifest_list,
    manifests: manifests.map(({ document }): ManifestRecord => Manifest.parse(JSON.parse(document))),
  };
}

/** Stores a table as published, and which objects it needs no more. */
export async function savePublished(
  sql: Sql,
  name: TableName,
  before: Published | null,
  now: Published,
): Promise<void> {
  const db = sql.tables<PublishedTables>();
  const { metadata, manifestList, manifests, ...document } = now;
  const facts = { metadata_location: metadata, manifest_list: manifestList, document: JSON.stringify(document) };
  await db
    .insertInto('iceberg_published')
    .values({ ...toKey(name), ...facts })
    .onConflict((conflict) => conflict.columns(['catalog_name', 'table_namespace', 'table_name']).doUpdateSet(facts))
    .execute();
  const kept = new Set(manifests.map(({ address }) => address));
  const known = new Set(before?.manifests.map(({ address }) => address));
  const gone = [...known].filter((address) => !kept.has(address));
  if (gone.length > 0)
    await db
      .deleteFrom('iceberg_manifest')
      .where(isAmong(sql, 'address', gone))
      .execute();
  await insertManifests(
    sql,
    name,
    manifests.filter(({ address }) => !known.has(address)),
  );
  const superseded = before === null ? [] : [before.metadata, before.manifestList, ...gone];
  await insertRows(sql, {
    table: 'iceberg_superseded',
    columns: { address: 'text', superseded_at: 'bigint' },
    rows: superseded.map((address) => [address, now.publishedAt]),
    onConflict: 'on conflict do nothing',
  });
}

async function insertManifests(sql: Sql, name: TableName, manifests: readonly ManifestRecord[]): Promise<void> {
  const { catalog, namespace, table } = name;
  await insertRows(sql, {
    table: 'iceberg_manifest',
    columns: { address: 'text', catalog_name: 'text', table_namespace: 'text', table_name: 'text', document: 'text' },
    rows: manifests.map((manifest) => [manifest.address, catalog, namespace, table, JSON.stringify(manifest)]),
    onConflict: '',
  });
}

/** Names of all published tables, and the addresses of the objects that they need. */
export async function findNeeded(sql: Sql): Promise<{ names: TableName[]; needed: Set<string> }> {
  const db = sql.tables<PublishedTables>();
  const tables = await db.selectFrom('iceberg_published').selectAll().execute();
  const manifests = await db.selectFrom('iceberg_manifest').select('address').execute();
  const names = tables.map((row) => ({
    catalog: row.catalog_name,
    namespace: row.table_namespace,
    table: row.table_name,
  }));
  const own = tables.flatMap((row) => [row.metadata_location, row.manifest_list]);
  return { names, needed: new Set([...own, ...manifests.map(({ address }) => address)]) };
}

/** When objects were superseded, by address, in Unix milliseconds. */
export async function findSuperseded(sql: Sql): Promise<Map<string, number>> {
  const rows = await sql.tables<PublishedTables>().selectFrom('iceberg_superseded').selectAll().execute();
  return new Map(rows.map((row) => [row.address, Number(row.superseded_at)]));
}

export async function forgetSuperseded(sql: Sql, before: number): Promise<void> {
  await sql.tables<PublishedTables>().deleteFrom('iceberg_superseded').where('superseded_at', '<', before).execute();
}
