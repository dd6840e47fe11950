import type { Migrations } from '../../platform/store/index.ts';

export const monitorMigrations: Migrations = {
  'monitoring/001-monitors': {
    async up(db) {
      await db.schema
        .createTable('monitor')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('model', 'text', (column) => column.notNull().unique())
        .addColumn('spec', 'text', (column) => column.notNull())
        .execute();
    },
  },
};
