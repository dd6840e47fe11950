import type { Migrations } from '../../platform/store/index.ts';

export const decisionMigrations: Migrations = {
  'decisions/001-ledger': {
    async up(db) {
      await db.schema
        .createTable('decision')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('at', 'text', (column) => column.notNull())
        .addColumn('model', 'text', (column) => column.notNull())
        .addColumn('version', 'text', (column) => column.notNull())
        .addColumn('policy', 'text', (column) => column.notNull())
        .addColumn('verdict', 'text', (column) => column.notNull())
        .addColumn('document', 'text', (column) => column.notNull())
        .execute();
      await db.schema.createIndex('decision_at').on('decision').columns(['at', 'id']).execute();
      await db.schema.createIndex('decision_model').on('decision').columns(['model', 'at']).execute();
    },
  },
};
