import { type Migrations, withSequence } from '../../platform/store/index.ts';

export const decisionMigrations: Migrations = {
  'decisions/001-ledger': {
    async up(db) {
      await withSequence(db, db.schema.createTable('decision'), 'sequence')
        .addColumn('id', 'text', (column) => column.notNull().unique())
        .addColumn('at', 'text', (column) => column.notNull())
        .addColumn('model', 'text', (column) => column.notNull())
        .addColumn('version', 'text', (column) => column.notNull())
        .addColumn('policy', 'text', (column) => column.notNull())
        .addColumn('verdict', 'text', (column) => column.notNull())
        .addColumn('document', 'text', (column) => column.notNull())
        .execute();
      await db.schema.createIndex('decision_model').on('decision').columns(['model', 'sequence']).execute();
    },
  },
};
