import type { Migrations } from '../../platform/store/index.ts';

export const priceMigrations: Migrations = {
  'prices/001-books': {
    async up(db) {
      await db.schema
        .createTable('price_book')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('version', 'integer', (column) => column.notNull())
        .addColumn('spec', 'text', (column) => column.notNull())
        .addColumn('applied_at', 'text', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('price')
        .addColumn('book', 'text', (column) => column.notNull())
        .addColumn('resource', 'text', (column) => column.notNull())
        .addColumn('amount', 'text', (column) => column.notNull())
        .addColumn('currency', 'text', (column) => column.notNull())
        .addColumn('effective_from', 'text', (column) => column.notNull())
        .addColumn('effective_to', 'text')
        .addColumn('source', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('price_key', ['book', 'resource', 'effective_from'])
        .execute();
      await db.schema.createIndex('price_resource').on('price').columns(['resource', 'effective_from']).execute();
    },
  },
};
