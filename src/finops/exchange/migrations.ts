import type { Migrations } from '../../platform/store/index.ts';

export const exchangeMigrations: Migrations = {
  'exchange/001-rates': {
    async up(db) {
      await db.schema
        .createTable('exchange_table')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('base', 'text', (column) => column.notNull())
        .addColumn('source', 'text', (column) => column.notNull())
        .execute();
      // One row per day: the ECB's history has 7,000 days with 40 currencies each.
      await db.schema
        .createTable('exchange_day')
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('day', 'text', (column) => column.notNull())
        .addColumn('rates', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('exchange_day_key', ['name', 'day'])
        .execute();
    },
  },
};
