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
  'gpus/002-sources': {
    async up(db) {
      await db.schema
        .createTable('gpu_source')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('id', 'text', (column) => column.notNull().unique())
        .addColumn('spec', 'text', (column) => column.notNull())
        .addColumn('price_amount', 'text')
        .addColumn('price_currency', 'text')
        .addColumn('resource', 'text')
        .addColumn('read_until_ms', 'bigint')
        .addColumn('last_ms', 'bigint')
        .addColumn('readings', 'bigint', (column) => column.notNull())
        .addColumn('left_out', 'text', (column) => column.notNull())
        .addColumn('last_error', 'text')
        .execute();
      // GPUs, and parts of them, by their last reading.
      await db.schema
        .createTable('gpu_device')
        .addColumn('gpu', 'text', (column) => column.primaryKey())
        .addColumn('source', 'text', (column) => column.notNull())
        .addColumn('host', 'text')
        .addColumn('model', 'text')
        .addColumn('slices', 'integer')
        .addColumn('signal', 'integer')
        .addColumn('signal_ms', 'bigint')
        .addColumn('seen_ms', 'bigint', (column) => column.notNull())
        .execute();
      // Versions replaced up to here are no longer read and may be deleted from disk.
      await db.schema
        .createTable('gpu_replaced')
        .addColumn('table_name', 'text', (column) => column.primaryKey())
        .addColumn('sequence', 'integer', (column) => column.notNull())
        .addColumn('noted_ms', 'bigint', (column) => column.notNull())
        .execute();
      // When the readings of a metric and day were written last.
      await db.schema
        .createTable('gpu_day')
        .addColumn('partition_name', 'text', (column) => column.primaryKey())
        .addColumn('written_ms', 'bigint', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('gpu_run')
        .addColumn('run', 'text', (column) => column.primaryKey())
        .addColumn('read_until_ms', 'bigint', (column) => column.notNull())
        .execute();
    },
  },
  'gpus/003-holdings': {
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
  'gpus/004-owner-rules': {
    async up(db) {
      await db.schema
        .createTable('gpu_owner_rules')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('spec', 'text', (column) => column.notNull())
        .addColumn('applied_at', 'text', (column) => column.notNull())
        .execute();
    },
  },
  'gpus/005-containers': {
    async up(db) {
      // Progress of the container reads of sources.
      await db.schema
        .createTable('gpu_container_source')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('read_until_ms', 'bigint')
        .addColumn('last_ms', 'bigint')
        .addColumn('readings', 'bigint', (column) => column.notNull())
        .addColumn('left_out', 'text', (column) => column.notNull())
        .addColumn('last_error', 'text')
        .execute();
    },
  },
  // The leases of readers determine when a replaced file may be deleted from disk (ADR 065).
  'gpus/006-without-replaced': {
    async up(db) {
      await db.schema.dropTable('gpu_replaced').execute();
    },
  },
};
