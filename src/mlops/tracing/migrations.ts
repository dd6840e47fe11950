import type { ColumnDefinitionBuilder, Kysely } from 'kysely';
import type { Migrations } from '../../platform/store/index.ts';

/** Forward-only schema steps of traces, their spans and assessments. */
export const tracingMigrations: Migrations = {
  'tracing/001-traces': {
    async up(database) {
      await createTraces(database);
      await createSpans(database);
      await createAssessments(database);
    },
  },
};

function requireColumn(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder {
  return column.notNull();
}

async function createTraces(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable('trace')
    .addColumn('trace_id', 'text', (of) => of.primaryKey())
    .addColumn('experiment_id', 'bigint', requireColumn)
    .addColumn('request_time', 'bigint', requireColumn)
    .addColumn('execution_duration', 'bigint')
    .addColumn('state', 'text', requireColumn)
    .addColumn('client_request_id', 'text')
    .addColumn('request_preview', 'text')
    .addColumn('response_preview', 'text')
    .addColumn('finalized', 'integer', requireColumn)
    .execute();
  await index(database, 'trace_by_time', 'trace', ['experiment_id', 'request_time desc', 'trace_id']);
  for (const table of ['trace_tag', 'trace_metadata']) {
    await database.schema
      .createTable(table)
      .addColumn('trace_id', 'text', requireColumn)
      .addColumn('key', 'text', requireColumn)
      .addColumn('value', 'text', requireColumn)
      .addPrimaryKeyConstraint(`${table}_key`, ['trace_id', 'key'])
      .execute();
  }
  await database.schema
    .createTable('trace_link')
    .addColumn('trace_id', 'text', requireColumn)
    .addColumn('kind', 'text', requireColumn)
    .addColumn('target', 'text', requireColumn)
    .addPrimaryKeyConstraint('trace_link_key', ['trace_id', 'kind', 'target'])
    .execute();
  await index(database, 'trace_link_target', 'trace_link', ['kind', 'target', 'trace_id']);
}

async function createSpans(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable('span')
    .addColumn('trace_id', 'text', requireColumn)
    .addColumn('span_id', 'text', requireColumn)
    .addColumn('parent_span_id', 'text')
    .addColumn('experiment_id', 'bigint', requireColumn)
    .addColumn('name', 'text', requireColumn)
    .addColumn('type', 'text', requireColumn)
    .addColumn('status', 'text', requireColumn)
    .addColumn('start_us', 'bigint', requireColumn)
    .addColumn('end_us', 'bigint')
    .addColumn('content', 'text', requireColumn)
    .addColumn('input_tokens', 'bigint')
    .addColumn('output_tokens', 'bigint')
    .addColumn('cache_read_tokens', 'bigint')
    .addColumn('cache_write_tokens', 'bigint')
    .addColumn('cache_write_1h_tokens', 'bigint')
    .addColumn('model', 'text')
    .addColumn('provider', 'text')
    .addColumn('counted', 'text')
    .addPrimaryKeyConstraint('span_key', ['trace_id', 'span_id'])
    .execute();
  await index(database, 'span_by_name', 'span', ['experiment_id', 'name', 'trace_id']);
}

async function createAssessments(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable('assessment')
    .addColumn('assessment_id', 'text', (of) => of.primaryKey())
    .addColumn('trace_id', 'text', requireColumn)
    .addColumn('name', 'text', requireColumn)
    .addColumn('type', 'text', requireColumn)
    .addColumn('value', 'text')
    .addColumn('numeric_value', 'double precision')
    .addColumn('valid', 'integer', requireColumn)
    .addColumn('content', 'text', requireColumn)
    .addColumn('create_time', 'bigint', requireColumn)
    .execute();
  await index(database, 'assessment_of_trace', 'assessment', ['trace_id', 'type', 'name']);
}

async function index(database: Kysely<unknown>, name: string, table: string, columns: string[]): Promise<void> {
  await database.schema.createIndex(name).on(table).columns(columns).execute();
}
