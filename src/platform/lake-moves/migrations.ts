import type { Migrations } from '../store/index.ts';

export const lakeMoveMigrations: Migrations = {
  'lake-moves/001-moves': {
    async up(db) {
      await db.schema
        .createTable('lake_move')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('from_place', 'integer', (column) => column.notNull())
        .addColumn('to_place', 'integer', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('started_at', 'text', (column) => column.notNull())
        .addColumn('document', 'text', (column) => column.notNull())
        .execute();
      // Files that are in the target with the right digest.
      await db.schema
        .createTable('lake_move_copy')
        .addColumn('move_id', 'text', (column) => column.notNull())
        .addColumn('path', 'text', (column) => column.notNull())
        .addColumn('sha256', 'text', (column) => column.notNull())
        .addColumn('stamp', 'text')
        .addPrimaryKeyConstraint('lake_move_copy_path', ['move_id', 'path'])
        .execute();
      // Servers that have tried to open the target.
      await db.schema
        .createTable('lake_move_access')
        .addColumn('move_id', 'text', (column) => column.notNull())
        .addColumn('server', 'text', (column) => column.notNull())
        .addColumn('problem', 'text')
        .addPrimaryKeyConstraint('lake_move_access_server', ['move_id', 'server'])
        .execute();
    },
  },
};
