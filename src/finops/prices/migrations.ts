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
  'prices/002-catalogues': {
    async up(db) {
      await db.schema
        .createTable('catalogue_price')
        .addColumn('resource', 'text', (column) => column.notNull())
        .addColumn('region', 'text', (column) => column.notNull())
        .addColumn('currency', 'text', (column) => column.notNull())
        .addColumn('effective_from', 'text', (column) => column.notNull())
        .addColumn('effective_to', 'text')
        .addColumn('amount', 'text', (column) => column.notNull())
        .addColumn('cloud', 'text', (column) => column.notNull())
        .addColumn('published_at', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('catalogue_price_key', ['resource', 'region', 'currency', 'effective_from'])
        .execute();
      await db.schema
        .createIndex('catalogue_price_region')
        .on('catalogue_price')
        .columns(['cloud', 'region', 'currency', 'published_at'])
        .execute();
    },
  },
  'prices/003-learned': {
    async up(db) {
      await db.schema
        .createTable('learned_price')
        .addColumn('resource', 'text', (column) => column.notNull())
        .addColumn('region', 'text', (column) => column.notNull())
        .addColumn('currency', 'text', (column) => column.notNull())
        .addColumn('period', 'text', (column) => column.notNull())
        .addColumn('amount', 'text', (column) => column.notNull())
        .addColumn('effective_from', 'text', (column) => column.notNull())
        .addColumn('as_of', 'text', (column) => column.notNull())
        .addColumn('agreed_rows', 'integer', (column) => column.notNull())
        .addColumn('rows', 'integer', (column) => column.notNull())
        .addPrimaryKeyConstraint('learned_price_key', ['resource', 'region', 'currency', 'period'])
        .execute();
      await db.schema.createIndex('learned_price_period').on('learned_price').column('period').execute();
    },
  },
  'prices/004-generation': {
    async up(db) {
      await db.schema
        .createTable('price_generation')
        .addColumn('id', 'integer', (column) => column.primaryKey())
        .addColumn('generation', 'integer', (column) => column.notNull())
        .execute();
      await db.insertInto('price_generation').values({ id: 1, generation: 0 }).execute();
    },
  },
};
