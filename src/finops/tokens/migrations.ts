import { subjectFields } from '../../org/schema.ts';
import type { Migrations } from '../../platform/store/index.ts';

export const tokenMigrations: Migrations = {
  'tokens/001-prices-and-usage': {
    async up(db) {
      await db.schema
        .createTable('token_price_list')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('version', 'integer', (column) => column.notNull())
        .addColumn('spec', 'text', (column) => column.notNull())
        .addColumn('applied_at', 'text', (column) => column.notNull())
        .execute();
      let table = db.schema
        .createTable('token_usage')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('model', 'text', (column) => column.notNull())
        .addColumn('provider', 'text')
        .addColumn('service_tier', 'text', (column) => column.notNull())
        .addColumn('at_ms', 'bigint', (column) => column.notNull())
        .addColumn('input_tokens', 'bigint', (column) => column.notNull())
        .addColumn('output_tokens', 'bigint', (column) => column.notNull())
        .addColumn('cache_read_tokens', 'bigint', (column) => column.notNull())
        .addColumn('cache_write_tokens', 'bigint', (column) => column.notNull())
        .addColumn('cache_write_1h_tokens', 'bigint', (column) => column.notNull())
        .addColumn('requests', 'bigint', (column) => column.notNull())
        .addColumn('origin', 'text', (column) => column.notNull())
        .addColumn('recorded_at', 'text', (column) => column.notNull());
      for (const field of subjectFields) table = table.addColumn(`subject_${field}`, 'text');
      await table.execute();
      for (const [index, columns] of Object.entries({
        token_usage_time: ['at_ms', 'id'],
        token_usage_run: ['subject_run'],
        token_usage_model: ['subject_model', 'subject_modelVersion'],
        token_usage_team: ['subject_team'],
      })) {
        await db.schema.createIndex(index).on('token_usage').columns(columns).execute();
      }
    },
  },
  'tokens/002-user-and-session': {
    async up(db) {
      await db.schema.alterTable('token_usage').addColumn('user_name', 'text').execute();
      await db.schema.alterTable('token_usage').addColumn('session', 'text').execute();
    },
  },
  'tokens/003-spans-of-calls': {
    async up(db) {
      for (const column of ['trace_id', 'parent_span_id', 'call_span_ids']) {
        await db.schema.alterTable('token_usage').addColumn(column, 'text').execute();
      }
      const columns = ['trace_id', 'parent_span_id'];
      await db.schema.createIndex('token_usage_call').on('token_usage').columns(columns).execute();
    },
  },
};
