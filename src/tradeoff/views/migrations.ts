import type { Migrations } from '../../platform/store/index.ts';

export const viewMigrations: Migrations = {
  'views/001-saved-views': {
    async up(database) {
      await database.schema
        .createTable('saved_view')
        .addColumn('id', 'text', (of) => of.primaryKey())
        .addColumn('name', 'text', (of) => of.notNull())
        .addColumn('path', 'text', (of) => of.notNull())
        .addColumn('search', 'text', (of) => of.notNull())
        .addColumn('owner', 'text', (of) => of.notNull())
        .addColumn('sharing', 'text', (of) => of.notNull())
        .addColumn('team', 'text')
        .addColumn('created_at', 'text', (of) => of.notNull())
        .addColumn('updated_at', 'text', (of) => of.notNull())
        .execute();
      await database.schema.createIndex('saved_view_owner').on('saved_view').column('owner').execute();
    },
  },
};
