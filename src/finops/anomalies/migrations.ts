import type { Migrations } from '../../platform/store/index.ts';

export const anomalyMigrations: Migrations = {
  'anomalies/001-anomalies': {
    async up(db) {
      await db.schema
        .createTable('anomaly')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('start_day', 'text', (column) => column.notNull())
        .addColumn('end_day', 'text', (column) => column.notNull())
        .addColumn('facts', 'text', (column) => column.notNull())
        .addColumn('evidence', 'text')
        .addColumn('feedback', 'text')
        .execute();
      await db.schema.createIndex('anomaly_days').on('anomaly').columns(['start_day', 'end_day']).execute();
      await db.schema
        .createTable('anomaly_judging')
        .addColumn('id', 'integer', (column) => column.primaryKey())
        .addColumn('stamp', 'text', (column) => column.notNull())
        .addColumn('judging', 'text', (column) => column.notNull())
        .execute();
    },
  },
  'anomalies/002-notices': {
    async up(db) {
      await db.schema
        .createTable('anomaly_subscription')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('spec', 'text', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('anomaly_notice')
        .addColumn('subscription', 'text', (column) => column.notNull())
        .addColumn('anomaly', 'text', (column) => column.notNull())
        .addColumn('noticed_at', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('anomaly_notice_key', ['subscription', 'anomaly'])
        .execute();
    },
  },
  'anomalies/003-withdrawn-notices': {
    async up(db) {
      await db.schema.alterTable('anomaly_notice').addColumn('withdrawn_at', 'text').execute();
    },
  },
};
