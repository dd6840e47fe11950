import type { Migrations } from '../../platform/store/index.ts';

export const forecastMigrations: Migrations = {
  'forecasts/001-ledger': {
    async up(db) {
      await db.schema
        .createTable('forecast_run')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('sequence', 'integer', (column) => column.notNull().unique())
        .addColumn('made_at', 'text', (column) => column.notNull())
        /** JSON: month, days, sources and deliveries that it is based on. */
        .addColumn('stands_on', 'text', (column) => column.notNull())
        /** Changes whenever the inputs of the run change. */
        .addColumn('stamp', 'text', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('forecast_subject')
        .addColumn('run', 'text', (column) => column.notNull())
        .addColumn('position', 'integer', (column) => column.notNull())
        .addColumn('level', 'text', (column) => column.notNull())
        /** Empty for null. */
        .addColumn('subject_key', 'text', (column) => column.notNull())
        .addColumn('currency', 'text', (column) => column.notNull())
        .addColumn('window_start', 'text', (column) => column.notNull())
        /** JSON. */
        .addColumn('summary', 'text', (column) => column.notNull())
        /** JSON with the days; null in all runs but the last. */
        .addColumn('days', 'text')
        .addPrimaryKeyConstraint('forecast_subject_key', ['run', 'position'])
        .execute();
      await db.schema
        .createIndex('forecast_subject_window')
        .on('forecast_subject')
        .columns(['level', 'subject_key', 'currency', 'window_start'])
        .execute();
      await db.schema
        .createTable('forecast_work')
        .addColumn('id', 'integer', (column) => column.primaryKey())
        .addColumn('done', 'integer', (column) => column.notNull())
        .addColumn('total', 'integer', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('forecast_change')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('first_day', 'text', (column) => column.notNull())
        /** JSON. */
        .addColumn('change', 'text', (column) => column.notNull())
        .execute();
    },
  },
  'forecasts/002-offered-changes': {
    async up(db) {
      await db.schema
        .createTable('forecast_offered_change')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('first_day', 'text', (column) => column.notNull())
        /** JSON. */
        .addColumn('change', 'text', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('forecast_commitment_off')
        .addColumn('commitment', 'text', (column) => column.primaryKey())
        .execute();
    },
  },
};
