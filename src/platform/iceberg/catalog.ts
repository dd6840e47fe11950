import { AppError } from '../errors/index.ts';
import type { Sql } from '../store/index.ts';
import type { TableName } from './warehouse.ts';

/** Tables of Iceberg's JDBC catalog. */
interface CatalogTables {
  iceberg_tables: {
    catalog_name: string;
    table_namespace: string;
    table_name: string;
    metadata_location: string | null;
    previous_metadata_location: string | null;
    iceberg_type: string | null;
  };
  iceberg_namespace_properties: {
    catalog_name: string;
    namespace: string;
    property_key: string;
    property_value: string | null;
  };
}

/** Address of the current metadata of a table; null when the catalog does not have it. */
export async function findPointer(sql: Sql, { catalog, namespace, table }: TableName): Promise<string | null> {
  const row = await sql
    .tables<CatalogTables>()
    .selectFrom('iceberg_tables')
    .select('metadata_location')
    .where('catalog_name', '=', catalog)
    .where('table_namespace', '=', namespace)
    .where('table_name', '=', table)
    .executeTakeFirst();
  return row?.metadata_location ?? null;
}

/** Addresses of the current metadata of all tables, those of other programs included. */
export async function findAllPointers(sql: Sql): Promise<string[]> {
  const rows = await sql
    .tables<CatalogTables>()
    .selectFrom('iceberg_tables')
    .select(['metadata_location', 'previous_metadata_location'])
    .execute();
  return rows.flatMap(({ metadata_location: address }) => address ?? []);
}

/** Moves a table from one metadata file to the next; from null, adds the table. Error: `catalog_changed` if it is not at `from`. */
export async function movePointer(sql: Sql, name: TableName, from: string | null, to: string): Promise<void> {
  const { catalog, namespace, table } = name;
  if (from === null) {
    await addNamespace(sql, name);
    const { numInsertedOrUpdatedRows } = await sql
      .tables<CatalogTables>()
      .insertInto('iceberg_tables')
      .values({
        catalog_name: catalog,
        table_namespace: namespace,
        table_name: table,
        metadata_location: to,
        previous_metadata_location: null,
        iceberg_type: 'TABLE',
      })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow();
    if (numInsertedOrUpdatedRows !== 1n) throw createCatalogChanged(name);
    return;
  }
  const { numUpdatedRows } = await sql
    .tables<CatalogTables>()
    .updateTable('iceberg_tables')
    .set({ metadata_location: to, previous_metadata_location: from })
    .where('catalog_name', '=', catalog)
    .where('table_namespace', '=', namespace)
    .where('table_name', '=', table)
    .where('metadata_location', '=', from)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows !== 1n) throw createCatalogChanged(name);
}

/** A namespace exists when it has a property. */
async function addNamespace(sql: Sql, { catalog, namespace }: TableName): Promise<void> {
  await sql
    .tables<CatalogTables>()
    .insertInto('iceberg_namespace_properties')
    .values({ catalog_name: catalog, namespace, property_key: 'exists', property_value: 'true' })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export function createCatalogChanged({ catalog, namespace, table }: TableName): AppError {
  const detail = `Another program changed table ${namespace}.${table} in the Iceberg catalog ${catalog}. Delete its row in iceberg_tables; the next change of the table publishes it again.`;
  return new AppError('catalog_changed', detail, { catalog, namespace, table });
}
