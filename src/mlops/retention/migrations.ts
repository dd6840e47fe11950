import type { Migrations } from '../../platform/store/index.ts';

export const retentionMigrations: Migrations = {
  'retention/001-policies': {
    async up(database) {
      await database.schema
        .createTable('retention_policy')
        .addColumn('name', 'text', (of) => of.primaryKey())
        .addColumn('spec', 'text', (of) => of.notNull())
        .execute();
      // Folders of objects whose rows are already removed: after a crash between the two steps, the cleanup finds them here.
      await database.schema
        .createTable('retention_object')
        .addColumn('folder', 'text', (of) => of.primaryKey())
        .execute();
    },
  },
};
