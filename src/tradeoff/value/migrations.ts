import { sql as raw } from 'kysely';
import { detectEngine, type Migrations } from '../../platform/store/index.ts';

export const valueMigrations: Migrations = {
  'value/001-outcome-events': {
    async up(db) {
      await db.schema
        .createTable('outcome_event')
        .addColumn('model', 'text', (column) => column.notNull())
        .addColumn('id', 'text', (column) => column.notNull())
        .addColumn('stated_version', 'text')
        .addColumn('endpoint', 'text')
        .addColumn('prediction', 'text')
        .addColumn('at_ms', 'bigint', (column) => column.notNull())
        /** Millionths of the currency: sums are exact in every engine. */
        .addColumn('micros', 'bigint', (column) => column.notNull())
        .addColumn('currency', 'text', (column) => column.notNull())
        .addColumn('recorded_ms', 'bigint', (column) => column.notNull())
        /** Version that it counts for; null: none is known. */
        .addColumn('version', 'text')
        /** Where the version is from: `log`, `stated`, `waiting` for the log, `none`. */
        .addColumn('attribution', 'text', (column) => column.notNull())
        /** Time of the prediction, else of the outcome. */
        .addColumn('effective_ms', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('outcome_event_key', ['model', 'id'])
        .execute();
      await db.schema
        .createIndex('outcome_event_by_time')
        .on('outcome_event')
        .columns(['model', 'effective_ms'])
        .execute();
      await db.schema
        .createIndex('outcome_event_waiting')
        .on('outcome_event')
        .columns(['attribution', 'recorded_ms'])
        .execute();
      await db.schema
        .createTable('model_value')
        .addColumn('model', 'text', (column) => column.primaryKey())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('spec', 'text', (column) => column.notNull())
        .execute();
    },
  },
  'value/002-outcome-tags': {
    async up(db) {
      await db.schema.alterTable('outcome_event').addColumn('customer', 'text').execute();
      await db.schema.alterTable('outcome_event').addColumn('feature', 'text').execute();
      await db.schema.createIndex('outcome_event_by_instant').on('outcome_event').columns(['effective_ms']).execute();
    },
  },
  'value/003-outcome-days': {
    async up(db) {
      // PostgreSQL sums by day with a hash of one pass over the table, and limits the size of an index entry.
      if (detectEngine(db) === 'postgres') return;
      // SQLite reads the sums of days in the order of these indexes: without sorting and without reading the table.
      await db.schema.dropIndex('outcome_event_by_instant').execute();
      for (const [name, fields] of [
        ['outcome_event_by_day', 'model, currency'],
        ['outcome_event_by_version_day', 'model, version, currency'],
      ] as const) {
        await raw`create index ${raw.ref(name)} on outcome_event
          (${raw.raw(fields)}, effective_ms / 86400000, effective_ms, micros, prediction)`.execute(db);
      }
    },
  },
};
