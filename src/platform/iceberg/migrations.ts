import type { Migrations } from '../store/index.ts';

/**
 * `iceberg_tables` and `iceberg_namespace_properties` are the tables of Iceberg's JDBC catalog, which other engines read. The others are
 * ours: the state after the last publication, so that a change writes no more than it has to.
 */
export const icebergMigrations: Migrations = {
  'iceberg/001-catalog': {
    async up(db) {
      await db.schema
        .createTable('iceberg_tables')
        .addColumn('catalog_name', 'text', (column) => column.notNull())
        .addColumn('table_namespace', 'text', (column) => column.notNull())
        .addColumn('table_name', 'text', (column) => column.notNull())
        .addColumn('metadata_location', 'text')
        .addColumn('previous_metadata_location', 'text')
        .addColumn('iceberg_type', 'text')
        .addPrimaryKeyConstraint('iceberg_tables_key', ['catalog_name', 'table_namespace', 'table_name'])
        .execute();
      await db.schema
        .createTable('iceberg_namespace_properties')
        .addColumn('catalog_name', 'text', (column) => column.notNull())
        .addColumn('namespace', 'text', (column) => column.notNull())
        .addColumn('property_key', 'text', (column) => column.notNull())
        .addColumn('property_value', 'text')
        .addPrimaryKeyConstraint('iceberg_namespace_key', ['catalog_name', 'namespace', 'property_key'])
        .execute();
      await db.schema
        .createTable('iceberg_published')
        .addColumn('catalog_name', 'text', (column) => column.notNull())
        .addColumn('table_namespace', 'text', (column) => column.notNull())
        .addColumn('table_name', 'text', (column) => column.notNull())
        .addColumn('metadata_location', 'text', (column) => column.notNull())
        .addColumn('manifest_list', 'text', (column) => column.notNull())
        .addColumn('document', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('iceberg_published_key', ['catalog_name', 'table_namespace', 'table_name'])
        .execute();
      await db.schema
        .createTable('iceberg_manifest')
        .addColumn('address', 'text', (column) => column.primaryKey())
        .addColumn('catalog_name', 'text', (column) => column.notNull())
        .addColumn('table_namespace', 'text', (column) => column.notNull())
        .addColumn('table_name', 'text', (column) => column.notNull())
        .addColumn('document', 'text', (column) => column.notNull())
        .execute();
      await db.schema
        .createIndex('iceberg_manifest_table')
        .on('iceberg_manifest')
        .columns(['catalog_name', 'table_namespace', 'table_name'])
        .execute();
      await db.schema
        .createTable('iceberg_superseded')
        .addColumn('address', 'text', (column) => column.primaryKey())
        .addColumn('superseded_at', 'bigint', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('iceberg_listed_file')
        .addColumn('catalog_name', 'text', (column) => column.notNull())
        .addColumn('table_name', 'text', (column) => column.notNull())
        .addColumn('file_id', 'text', (column) => column.notNull())
        .addColumn('group_name', 'text', (column) => column.notNull())
        .addColumn('partition_name', 'text', (column) => column.notNull())
        .addColumn('address', 'text', (column) => column.notNull())
        .addColumn('row_count', 'bigint', (column) => column.notNull())
        .addColumn('size_bytes', 'bigint', (column) => column.notNull())
        .addColumn('other_columns', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('iceberg_listed_file_key', ['catalog_name', 'table_name', 'file_id'])
        .execute();
      await db.schema
        .createIndex('iceberg_listed_file_group')
        .on('iceberg_listed_file')
        .columns(['catalog_name', 'table_name', 'group_name'])
        .execute();
    },
  },
};
