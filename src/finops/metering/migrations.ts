import { subjectFields } from '../../org/schema.ts';
import type { Migrations } from '../../platform/store/index.ts';

export const meteringMigrations: Migrations = {
  'metering/001-usage': {
    async up(db) {
      let table = db.schema
        .createTable('usage_interval')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('resource', 'text', (column) => column.notNull())
        .addColumn('quantity', 'text', (column) => column.notNull())
        .addColumn('start_ms', 'bigint', (column) => column.notNull())
        .addColumn('end_ms', 'bigint', (column) => column.notNull())
        .addColumn('predictions', 'bigint')
        .addColumn('origin', 'text', (column) => column.notNull())
        .addColumn('recorded_at', 'text', (column) => column.notNull());
      for (const field of subjectFields) table = table.addColumn(`subject_${field}`, 'text');
      await table.execute();
      for (const [index, columns] of Object.entries({
        usage_interval_run: ['subject_run'],
        usage_interval_model: ['subject_model', 'subject_modelVersion'],
        usage_interval_time: ['start_ms', 'id'],
      })) {
        await db.schema.createIndex(index).on('usage_interval').columns(columns).execute();
      }
    },
  },
  'metering/002-resource-id': {
    async up(db) {
      await db.schema.alterTable('usage_interval').addColumn('resource_id', 'text').execute();
    },
  },
  'metering/003-declared-price': {
    async up(db) {
      await db.schema.alterTable('usage_interval').addColumn('price_amount', 'text').execute();
      await db.schema.alterTable('usage_interval').addColumn('price_currency', 'text').execute();
    },
  },
  'metering/004-running-totals': {
    async up(db) {
      await db.schema
        .createTable('usage_total')
        .addColumn('subject', 'text', (column) => column.notNull())
        .addColumn('start_ms', 'bigint', (column) => column.notNull())
        .addColumn('end_ms', 'bigint', (column) => column.notNull())
        .addColumn('prices', 'text', (column) => column.notNull())
        .addColumn('tally', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('usage_total_key', ['subject', 'start_ms', 'end_ms'])
        .execute();
      await db.schema.createIndex('usage_total_end').on('usage_total').column('end_ms').execute();
    },
  },
  'metering/005-benchmark-facts': {
    async up(db) {
      await db.schema.alterTable('usage_interval').addColumn('benchmark', 'text').execute();
    },
  },
};
