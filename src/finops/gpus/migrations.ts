import type { Migrations } from '../../platform/store/index.ts';

export const gpuMigrations: Migrations = {
  'gpus/001-imports': {
    async up(db) {
      await db.schema
        .createTable('gpu_import')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('sequence', 'integer', (column) => column.notNull().unique())
        /** Hash of the file and of how it was read. */
        .addColumn('content', 'text', (column) => column.notNull())
        .addColumn('price_amount', 'text')
        .addColumn('price_currency', 'text')
        .addColumn('resource', 'text')
        .addColumn('answer', 'text', (column) => column.notNull())
        .execute();
      await db.schema.createIndex('gpu_import_content').on('gpu_import').column('content').execute();
    },
  },
};
