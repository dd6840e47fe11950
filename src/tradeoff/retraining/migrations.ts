import type { Migrations } from '../../platform/store/index.ts';

export const retrainingMigrations: Migrations = {
  'retraining/001-retrainings': {
    async up(db) {
      await db.schema
        .createTable('retraining')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('spec', 'text', (column) => column.notNull())
        .addColumn('next_round', 'integer', (column) => column.notNull())
        .addColumn('since', 'text', (column) => column.notNull())
        .addColumn('applied_at', 'text', (column) => column.notNull())
        .addColumn('trained_until', 'text', (column) => column.notNull())
        .addColumn('cools_until', 'text')
        .execute();
      await db.schema
        .createTable('retraining_trigger')
        .addColumn('retraining', 'text', (column) => column.notNull())
        .addColumn('trigger_name', 'text', (column) => column.notNull())
        .addColumn('definition', 'text', (column) => column.notNull())
        .addColumn('next_at', 'text')
        .addColumn('counted', 'bigint')
        .addColumn('digest', 'text')
        .addColumn('mark', 'text')
        .addColumn('changes', 'integer', (column) => column.notNull())
        .addColumn('problem', 'text')
        .addPrimaryKeyConstraint('retraining_trigger_key', ['retraining', 'trigger_name'])
        .execute();
      await db.schema
        .createTable('retraining_round')
        .addColumn('retraining', 'text', (column) => column.notNull())
        .addColumn('round', 'integer', (column) => column.notNull())
        .addColumn('occurrence', 'text', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('trigger_name', 'text')
        .addColumn('look_at', 'text')
        .addColumn('run', 'text')
        .addColumn('heard', 'bigint', (column) => column.notNull())
        .addColumn('episode', 'text')
        .addColumn('document', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('retraining_round_key', ['retraining', 'round'])
        // Deduplicates occurrences: one round for each, however often its event is delivered.
        .addUniqueConstraint('retraining_round_once', ['retraining', 'occurrence'])
        .execute();
      await db.schema.createIndex('retraining_round_by_run').on('retraining_round').column('run').execute();
      await db.schema
        .createIndex('retraining_round_by_state')
        .on('retraining_round')
        .columns(['state', 'look_at'])
        .execute();
    },
  },
};
