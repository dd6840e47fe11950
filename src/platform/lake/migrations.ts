import type { Migrations } from '../store/index.ts';

/**
 * A manifest is the set of files with `added_at <= n` that were not removed by then; numbers grow with every swap, so an
 * older state stays readable until retention removes its files.
 */
export const lakeMigrations: Migrations = {
  'lake/001-manifest': {
    async up(db) {
      await db.schema
        .createTable('lake_manifest')
        .addColumn('table_name', 'text', (column) => column.primaryKey())
        .addColumn('sequence', 'integer', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('lake_file')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('table_name', 'text', (column) => column.notNull())
        .addColumn('partition_name', 'text', (column) => column.notNull())
        .addColumn('path', 'text', (column) => column.notNull())
        .addColumn('row_count', 'bigint', (column) => column.notNull())
        .addColumn('size_bytes', 'bigint', (column) => column.notNull())
        .addColumn('added_at', 'integer', (column) => column.notNull())
        .addColumn('removed_at', 'integer')
        .execute();
      await db.schema.createIndex('lake_file_current').on('lake_file').columns(['table_name', 'removed_at']).execute();
    },
  },
};
