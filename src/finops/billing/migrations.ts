import type { Migrations } from '../../platform/store/index.ts';

export const billingMigrations: Migrations = {
  'billing/001-deliveries': {
    async up(db) {
      await db.schema
        .createTable('bill_delivery')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('source', 'text', (column) => column.notNull())
        .addColumn('received_at', 'text', (column) => column.notNull())
        .addColumn('periods', 'text', (column) => column.notNull())
        .addColumn('files', 'text', (column) => column.notNull())
        .addColumn('rows_accepted', 'bigint', (column) => column.notNull())
        .addColumn('rows_rejected', 'bigint', (column) => column.notNull())
        .addColumn('rejected', 'text', (column) => column.notNull())
        .addColumn('totals', 'text', (column) => column.notNull())
        .addColumn('replaced', 'text', (column) => column.notNull())
        .execute();
      await db.schema
        .createIndex('bill_delivery_received')
        .on('bill_delivery')
        .columns(['received_at', 'id'])
        .execute();
      // One row a unit of replacement: which delivery stands for it now.
      await db.schema
        .createTable('bill_unit')
        .addColumn('partition_name', 'text', (column) => column.primaryKey())
        .addColumn('source', 'text', (column) => column.notNull())
        .addColumn('period', 'text', (column) => column.notNull())
        .addColumn('delivery_id', 'text', (column) => column.notNull())
        .execute();
    },
  },
};
