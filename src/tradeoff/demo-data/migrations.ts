import type { Migrations } from '../../platform/store/index.ts';

export const demoDataMigrations: Migrations = {
  'demo-data/001-demo-data': {
    async up(db) {
      await db.schema
        .createTable('demo_data')
        .addColumn('id', 'integer', (column) => column.primaryKey())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('loaded_at', 'text')
        .addColumn('failure', 'text')
        // Rows of the empty server, by table, to which a removal goes back.
        .addColumn('before', 'text', (column) => column.notNull())
        .execute();
    },
  },
};
