import type { Migrations } from '../../platform/store/index.ts';

export const gateMigrations: Migrations = {
  'gates/001-policies': {
    async up(db) {
      await db.schema
        .createTable('policy')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('version', 'integer', (column) => column.notNull())
        .addColumn('spec', 'text', (column) => column.notNull())
        .addColumn('applied_at', 'text', (column) => column.notNull())
        .execute();
    },
  },
};
