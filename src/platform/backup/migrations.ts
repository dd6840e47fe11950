import type { Migrations } from '../store/index.ts';

export const backupMigrations: Migrations = {
  'backup/001-runs': {
    async up(db) {
      await db.schema
        .createTable('backup_run')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('started_at', 'text', (column) => column.notNull())
        .addColumn('run', 'text', (column) => column.notNull())
        .execute();
    },
  },
};
