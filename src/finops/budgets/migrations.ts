import type { Migrations } from '../../platform/store/index.ts';

export const budgetMigrations: Migrations = {
  'budgets/001-budgets': {
    async up(db) {
      await db.schema
        .createTable('budget')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('spec', 'text', (column) => column.notNull())
        .addColumn('applied_at', 'text', (column) => column.notNull())
        .execute();
    },
  },
};
