import type { Migrations } from '../../platform/store/index.ts';
import { allocationStateMigrations } from './states.ts';

export const allocationMigrations: Migrations = {
  'allocation/001-rules': {
    async up(db) {
      await db.schema
        .createTable('allocation_rules')
        .addColumn('version', 'integer', (column) => column.primaryKey())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('rules', 'text', (column) => column.notNull())
        .addColumn('applied_at', 'text', (column) => column.notNull())
        .execute();
    },
  },
  'allocation/002-derivations': {
    async up(db) {
      await db.schema.alterTable('allocation_rules').addColumn('normalise', 'text').execute();
      // One row per derivation of a billing period, with the inputs of its allocations.
      await db.schema
        .createTable('allocation_derivation')
        .addColumn('number', 'integer', (column) => column.primaryKey())
        .addColumn('id', 'text', (column) => column.notNull().unique())
        .addColumn('period', 'text', (column) => column.notNull())
        .addColumn('rules_version', 'integer', (column) => column.notNull())
        .addColumn('deliveries', 'text', (column) => column.notNull())
        .addColumn('bill_files', 'text', (column) => column.notNull())
        .addColumn('usage_fingerprint', 'text', (column) => column.notNull())
        .addColumn('derived_at', 'text', (column) => column.notNull())
        .execute();
      await db.schema
        .createIndex('allocation_derivation_period')
        .on('allocation_derivation')
        .columns(['period', 'number'])
        .execute();
      await db.schema
        .createTable('workload_usage')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('node', 'text', (column) => column.notNull())
        .addColumn('start_ms', 'bigint', (column) => column.notNull())
        .addColumn('end_ms', 'bigint', (column) => column.notNull())
        .addColumn('content', 'text', (column) => column.notNull())
        .addColumn('recorded_at', 'text', (column) => column.notNull())
        .execute();
      await db.schema.createIndex('workload_usage_time').on('workload_usage').columns(['start_ms', 'end_ms']).execute();
    },
  },
  ...allocationStateMigrations,
};
