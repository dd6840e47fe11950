import type { Migrations } from '../store/index.ts';

export const journalMigrations: Migrations = {
  'journal/001-settled': {
    async up(db) {
      await db.schema
        .createTable('journal_settled')
        .addColumn('table_name', 'text', (column) => column.notNull())
        .addColumn('segment', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('journal_settled_key', ['table_name', 'segment'])
        .execute();
    },
  },
  // Servers of one store keep settled segments for readers on other servers for a while.
  'journal/002-settled-at': {
    async up(db) {
      await db.schema.alterTable('journal_settled').addColumn('settled_at', 'bigint').execute();
    },
  },
};
