import type { Migrations } from '../../platform/store/index.ts';

export const evaluationMigrations: Migrations = {
  'evaluations/001-evaluations': {
    async up(db) {
      await db.schema
        .createTable('evaluation')
        .addColumn('evaluation', 'text', (column) => column.primaryKey())
        .addColumn('run_id', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('version', 'integer', (column) => column.notNull())
        .addColumn('lake_file', 'text', (column) => column.notNull())
        .addColumn('facts', 'text', (column) => column.notNull())
        .addUniqueConstraint('evaluation_of_run', ['run_id', 'name', 'version'])
        .execute();
    },
  },
};
