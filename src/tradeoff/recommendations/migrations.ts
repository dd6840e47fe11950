import type { Migrations } from '../../platform/store/index.ts';

export const recommendationMigrations: Migrations = {
  'recommendations/001-recommendations': {
    async up(db) {
      await db.schema
        .createTable('recommendation')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('advice', 'text', (column) => column.notNull())
        // Key of an open or approved recommendation, else null. Unique: one for each key at a time, even with concurrent scans.
        .addColumn('open_advice', 'text', (column) => column.unique())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('version', 'integer', (column) => column.notNull())
        .addColumn('found_at', 'text', (column) => column.notNull())
        .addColumn('measure_at', 'text')
        .addColumn('document', 'text', (column) => column.notNull())
        .execute();
      await db.schema.createIndex('recommendation_by_advice').on('recommendation').column('advice').execute();
      await db.schema
        .createIndex('recommendation_by_state')
        .on('recommendation')
        .columns(['state', 'found_at'])
        .execute();
      await db.schema
        .createTable('recommendation_look')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('at', 'text', (column) => column.notNull())
        .addColumn('searched', 'text', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('idle_policy')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('spec', 'text', (column) => column.notNull())
        .addColumn('applied_at', 'text', (column) => column.notNull())
        .execute();
    },
  },
  'recommendations/002-purchase-terms': {
    async up(db) {
      await db.schema
        .createTable('purchase_terms')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('spec', 'text', (column) => column.notNull())
        .addColumn('applied_at', 'text', (column) => column.notNull())
        .execute();
    },
  },
};
