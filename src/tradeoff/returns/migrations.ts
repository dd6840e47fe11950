import type { Migrations } from '../../platform/store/index.ts';

export const returnMigrations: Migrations = {
  'returns/001-unit-datasets': {
    async up(db) {
      await db.schema
        .createTable('unit_dataset')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('spec', 'text', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('unit_row')
        .addColumn('dataset', 'text', (column) => column.notNull())
        .addColumn('day', 'text', (column) => column.notNull())
        .addColumn('dimensions', 'text', (column) => column.notNull())
        .addColumn('team', 'text')
        .addColumn('project', 'text')
        .addColumn('model', 'text')
        .addColumn('endpoint', 'text')
        .addColumn('feature', 'text')
        .addColumn('customer', 'text')
        /** Millionths of a unit: sums are exact in every engine. */
        .addColumn('micros', 'bigint', (column) => column.notNull())
        .addColumn('recorded_ms', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('unit_row_key', ['dataset', 'day', 'dimensions'])
        .execute();
    },
  },
};
