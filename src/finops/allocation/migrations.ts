import type { Migrations } from '../../platform/store/index.ts';

export const allocationMigrations: Migrations = {
  'allocation/001-rules': {
    async up(db) {
      await db.schema
        .createTable('allocation_rules')
        .addColumn('version', 'integer', (column) => column.primaryKey())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('rules', 'text', (column) => column.notNull())
        .addColumn('applied_at', 'text', (column) => column.notNull())
        .execute();
    },
  },
};
