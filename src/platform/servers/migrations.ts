import type { Migrations } from '../store/index.ts';

export const serverMigrations: Migrations = {
  'servers/001-server': {
    async up(db) {
      await db.schema
        .createTable('server')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('instance', 'text', (column) => column.notNull())
        .addColumn('holder', 'text', (column) => column.notNull())
        .addColumn('lease_until', 'bigint', (column) => column.notNull())
        .addColumn('roles', 'text', (column) => column.notNull())
        .addColumn('version', 'text', (column) => column.notNull())
        .addColumn('url', 'text')
        .addColumn('started_at', 'text', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('server_folder')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .execute();
    },
  },
};
