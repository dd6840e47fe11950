import type { Migrations } from '../../platform/store/index.ts';

export const optimizationMigrations: Migrations = {
  'optimizations/001-optimizations': {
    async up(db) {
      await db.schema
        .createTable('optimization')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('endpoint', 'text', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('proposed_ms', 'bigint', (column) => column.notNull())
        .addColumn('version', 'integer', (column) => column.notNull())
        .addColumn('document', 'text', (column) => column.notNull())
        .execute();
      await db.schema
        .createIndex('optimization_by_endpoint')
        .on('optimization')
        .columns(['endpoint', 'state'])
        .execute();
    },
  },
};
