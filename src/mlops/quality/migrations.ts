import type { Migrations } from '../../platform/store/index.ts';

export const qualityMigrations: Migrations = {
  'monitoring/010-drift-windows': {
    async up(db) {
      await db.schema
        .createTable('drift_window')
        .addColumn('monitor', 'text', (column) => column.notNull())
        // Digest of the model and the `drift:` text: another text starts a new generation.
        .addColumn('generation', 'text', (column) => column.notNull())
        .addColumn('number', 'integer', (column) => column.notNull())
        .addColumn('start_at', 'text', (column) => column.notNull())
        .addColumn('end_at', 'text', (column) => column.notNull())
        .addColumn('last_at', 'text', (column) => column.notNull())
        .addColumn('last_prediction', 'text', (column) => column.notNull())
        // Place among the windows that have a p-value, and whether it drifted; null: it has none.
        .addColumn('test', 'integer')
        .addColumn('drifted', 'integer')
        .addColumn('facts', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('drift_window_key', ['monitor', 'generation', 'number'])
        .execute();
      await db.schema
        .createTable('drift_window_column')
        .addColumn('monitor', 'text', (column) => column.notNull())
        .addColumn('generation', 'text', (column) => column.notNull())
        .addColumn('number', 'integer', (column) => column.notNull())
        .addColumn('place', 'integer', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('verdict', 'text', (column) => column.notNull())
        .addColumn('distribution', 'text')
        .addPrimaryKeyConstraint('drift_window_column_key', ['monitor', 'generation', 'number', 'place'])
        .execute();
    },
  },
};
