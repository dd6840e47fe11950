import type { Migrations } from '../../platform/store/index.ts';

export const servingMigrations: Migrations = {
  'serving/001-endpoints': {
    async up(db) {
      await db.schema
        .createTable('endpoint')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('newest', 'integer', (column) => column.notNull())
        .addColumn('live', 'integer')
        .execute();
      await db.schema
        .createTable('endpoint_revision')
        .addColumn('endpoint', 'text', (column) => column.notNull())
        .addColumn('revision', 'integer', (column) => column.notNull())
        .addColumn('spec', 'text', (column) => column.notNull())
        .addColumn('versions', 'text', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('reason', 'text')
        .addColumn('cause', 'text', (column) => column.notNull())
        .addColumn('created_ms', 'bigint', (column) => column.notNull())
        .addColumn('live_ms', 'bigint')
        .addPrimaryKeyConstraint('endpoint_revision_key', ['endpoint', 'revision'])
        .execute();
    },
  },
};
