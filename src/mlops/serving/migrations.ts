import type { Migrations } from '../../platform/store/index.ts';

export const servingMigrations: Migrations = {
  'serving/001-endpoints': {
    async up(db) {
      await db.schema
        .createTable('endpoint')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('newest', 'integer', (column) => column.notNull())
        .addColumn('live', 'integer')
        .execute();
      await db.schema
        .createTable('endpoint_revision')
        .addColumn('endpoint', 'text', (column) => column.notNull())
        .addColumn('revision', 'integer', (column) => column.notNull())
        .addColumn('spec', 'text', (column) => column.notNull())
        .addColumn('versions', 'text', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('reason', 'text')
        .addColumn('cause', 'text', (column) => column.notNull())
        .addColumn('created_ms', 'bigint', (column) => column.notNull())
        .addColumn('live_ms', 'bigint')
        .addPrimaryKeyConstraint('endpoint_revision_key', ['endpoint', 'revision'])
        .execute();
    },
  },
  'serving/003-scaling-and-rollouts': {
    async up(db) {
      await db.schema.alterTable('endpoint').addColumn('deleted_ms', 'bigint').execute();
      await db.schema
        .alterTable('endpoint_revision')
        .addColumn('strategy', 'text', (column) => column.notNull().defaultTo('instant'))
        .execute();
      await db.schema
        .createTable('endpoint_scaling_decision')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('endpoint', 'text', (column) => column.notNull())
        .addColumn('variant', 'text', (column) => column.notNull())
        .addColumn('model', 'text', (column) => column.notNull())
        .addColumn('version', 'text', (column) => column.notNull())
        .addColumn('at_ms', 'bigint', (column) => column.notNull())
        .addColumn('from_replicas', 'integer', (column) => column.notNull())
        .addColumn('to_replicas', 'integer', (column) => column.notNull())
        .addColumn('reason', 'text', (column) => column.notNull())
        .addColumn('limited_by', 'text')
        .execute();
      await db.schema
        .createIndex('endpoint_scaling_decision_time')
        .on('endpoint_scaling_decision')
        .columns(['endpoint', 'at_ms'])
        .execute();
      await db.schema
        .createTable('endpoint_rollout')
        .addColumn('endpoint', 'text', (column) => column.notNull())
        .addColumn('revision', 'integer', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('step', 'integer', (column) => column.notNull())
        .addColumn('step_ms', 'bigint', (column) => column.notNull())
        .addColumn('reason', 'text')
        .addPrimaryKeyConstraint('endpoint_rollout_key', ['endpoint', 'revision'])
        .execute();
    },
  },
  'serving/004-canary-analysis': {
    async up(db) {
      await db.schema.alterTable('endpoint_rollout').addColumn('begun_ms', 'bigint').execute();
      await db.schema.alterTable('endpoint_rollout').addColumn('checks', 'text').execute();
      await db.schema.alterTable('endpoint_rollout').addColumn('evidence', 'text').execute();
    },
  },
};
