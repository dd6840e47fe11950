import type { Migrations } from '../../platform/store/index.ts';
import { triggerMigrations } from '../triggers/index.ts';

export const pipelineMigrations: Migrations = {
  'pipelines/001-pipelines': {
    async up(db) {
      await db.schema
        .createTable('pipeline')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('spec', 'text', (column) => column.notNull())
        .addColumn('pipeline_version', 'integer', (column) => column.notNull())
        .addColumn('next_number', 'integer', (column) => column.notNull())
        .addColumn('applied_at', 'text', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('pipeline_run')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('pipeline', 'text', (column) => column.notNull())
        .addColumn('run_number', 'integer', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('spec', 'text', (column) => column.notNull())
        .addColumn('params', 'text', (column) => column.notNull())
        .addColumn('code', 'text', (column) => column.notNull())
        .addColumn('commit_id', 'text')
        .addColumn('cause', 'text', (column) => column.notNull())
        .addColumn('resumed_from', 'text')
        .addColumn('experiment_id', 'bigint', (column) => column.notNull())
        .addColumn('mlflow_run', 'text', (column) => column.notNull())
        .addColumn('requested_by', 'text', (column) => column.notNull())
        .addColumn('stop_requested', 'text')
        .addColumn('created_ms', 'bigint', (column) => column.notNull())
        .addColumn('started_ms', 'bigint')
        .addColumn('ended_ms', 'bigint')
        .execute();
      await db.schema
        .createIndex('pipeline_run_by_pipeline')
        .unique()
        .on('pipeline_run')
        .columns(['pipeline', 'run_number'])
        .execute();
      await db.schema
        .createTable('pipeline_step')
        .addColumn('run', 'text', (column) => column.notNull())
        .addColumn('position', 'integer', (column) => column.notNull())
        .addColumn('step_key', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('reason', 'text')
        .addColumn('attempt', 'integer', (column) => column.notNull())
        .addColumn('not_before_ms', 'bigint')
        .addColumn('cache_key', 'text')
        .addColumn('key_parts', 'text')
        .addColumn('explanation', 'text')
        .addColumn('outputs', 'text', (column) => column.notNull())
        .addColumn('mlflow_run', 'text')
        .addColumn('spent_amount', 'text')
        .addColumn('spent_currency', 'text')
        .addColumn('attempts', 'text', (column) => column.notNull())
        .addColumn('started_ms', 'bigint')
        .addColumn('ended_ms', 'bigint')
        .addPrimaryKeyConstraint('pipeline_step_key', ['run', 'step_key'])
        .execute();
      await db.schema
        .createTable('pipeline_cache')
        .addColumn('pipeline', 'text', (column) => column.notNull())
        .addColumn('step_key', 'text', (column) => column.notNull())
        .addColumn('cache_key', 'text', (column) => column.notNull())
        .addColumn('run', 'text', (column) => column.notNull())
        .addColumn('made_ms', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('pipeline_cache_key', ['pipeline', 'step_key', 'cache_key'])
        .execute();
    },
  },
  ...triggerMigrations,
  'pipelines/020-taken': {
    async up(db) {
      await db.schema.alterTable('pipeline_step').addColumn('taken', 'text').execute();
    },
  },
  'pipelines/021-capacity': {
    async up(db) {
      await db.schema.alterTable('pipeline_step').addColumn('capacity', 'text').execute();
    },
  },
  'pipelines/022-code-from': {
    async up(db) {
      await db.schema.alterTable('pipeline_run').addColumn('code_from', 'text').execute();
    },
  },
  'pipelines/023-trial': {
    async up(db) {
      await db.schema.alterTable('pipeline_step').addColumn('trial', 'text').execute();
    },
  },
};
