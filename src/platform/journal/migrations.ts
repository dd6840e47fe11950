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
};
