import type { Migrations } from '../store/index.ts';

export const integrityMigrations: Migrations = {
  'integrity/001-verifications': {
    async up(db) {
      await db.schema
        .createTable('verification')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('repair', 'integer', (column) => column.notNull())
        .addColumn('started_at', 'text', (column) => column.notNull())
        .addColumn('ended_at', 'text')
        .addColumn('result', 'text', (column) => column.notNull())
        .execute();
    },
  },
};
