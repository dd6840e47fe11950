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
  'gpus/002-holdings': {
    async up(db) {
      await db.schema
        .createTable('gpu_holder')
        .addColumn('id', 'text', (column) => column.primaryKey())
        /** Holder, JSON. */
        .addColumn('content', 'text', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('gpu_holding')
        .addColumn('gpu', 'text', (column) => column.notNull())
        .addColumn('start_ms', 'bigint', (column) => column.notNull())
        .addColumn('end_ms', 'bigint', (column) => column.notNull())
        .addColumn('holder', 'text', (column) => column.notNull())
        .execute();
      await db.schema.createIndex('gpu_holding_by_gpu').on('gpu_holding').columns(['gpu', 'end_ms']).execute();
      await db.schema.createIndex('gpu_holding_by_time').on('gpu_holding').column('end_ms').execute();
    },
  },
};
