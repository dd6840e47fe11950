import type { Migrations } from '../../platform/store/index.ts';

export const triggerMigrations: Migrations = {
  'pipelines/010-triggers': {
    async up(db) {
      await db.schema
        .createTable('pipeline_trigger')
        .addColumn('pipeline', 'text', (column) => column.notNull())
        .addColumn('trigger_name', 'text', (column) => column.notNull())
        .addColumn('definition', 'text', (column) => column.notNull())
        .addColumn('since_ms', 'bigint', (column) => column.notNull())
        .addColumn('next_at', 'text')
        .addColumn('digest', 'text')
        .addColumn('mark', 'text')
        .addColumn('changes', 'integer', (column) => column.notNull())
        .addColumn('problem', 'text')
        .addPrimaryKeyConstraint('pipeline_trigger_key', ['pipeline', 'trigger_name'])
        .execute();
      await db.schema
        .createTable('pipeline_trigger_decision')
        .addColumn('pipeline', 'text', (column) => column.notNull())
        .addColumn('trigger_name', 'text', (column) => column.notNull())
        .addColumn('occurrence', 'text', (column) => column.notNull())
        .addColumn('at_ms', 'bigint', (column) => column.notNull())
        .addColumn('outcome', 'text', (column) => column.notNull())
        .addColumn('detail', 'text', (column) => column.notNull())
        .addColumn('reason', 'text')
        .addColumn('commit_id', 'text')
        .addColumn('run', 'text')
        .addPrimaryKeyConstraint('pipeline_trigger_decision_key', ['pipeline', 'trigger_name', 'occurrence'])
        .execute();
    },
  },
  'pipelines/011-what-caused-an-event': {
    async up(db) {
      await db.schema.alterTable('pipeline_trigger_decision').addColumn('caused_by', 'text').execute();
      await db.schema.createIndex('pipeline_step_by_mlflow_run').on('pipeline_step').column('mlflow_run').execute();
    },
  },
};
