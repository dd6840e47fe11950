import { addSequence, type Migrations } from '../../platform/store/index.ts';

export const decisionMigrations: Migrations = {
  'decisions/001-ledger': {
    async up(db) {
      await addSequence(db, db.schema.createTable('decision'), 'sequence')
        .addColumn('id', 'text', (column) => column.notNull().unique())
        .addColumn('at', 'text', (column) => column.notNull())
        .addColumn('model', 'text', (column) => column.notNull())
        .addColumn('version', 'text', (column) => column.notNull())
        .addColumn('policy', 'text', (column) => column.notNull())
        .addColumn('verdict', 'text', (column) => column.notNull())
        .addColumn('document', 'text', (column) => column.notNull())
        .execute();
      await db.schema.createIndex('decision_model').on('decision').columns(['model', 'sequence']).execute();
    },
  },
  // Every change of the active deliveries of a bill, so that a decision shows whether its evidence is still current.
  'decisions/002-bill-changes': {
    async up(db) {
      await db.schema
        .createTable('decision_bill_change')
        .addColumn('event_sequence', 'bigint', (column) => column.notNull())
        .addColumn('position', 'integer', (column) => column.notNull())
        .addColumn('at', 'text', (column) => column.notNull())
        .addColumn('unit', 'text', (column) => column.notNull())
        .addColumn('source', 'text', (column) => column.notNull())
        .addColumn('period', 'text', (column) => column.notNull())
        .addColumn('closed', 'integer', (column) => column.notNull())
        .addColumn('before', 'text')
        .addColumn('after', 'text')
        .addPrimaryKeyConstraint('decision_bill_change_once', ['event_sequence', 'position'])
        .execute();
      for (const side of ['before', 'after'] as const) {
        await db.schema.createIndex(`decision_bill_change_${side}`).on('decision_bill_change').column(side).execute();
      }
    },
  },
  // Acts: decided actions on any object with an id.
  'decisions/003-acts': {
    async up(db) {
      await addSequence(db, db.schema.createTable('decided_act'), 'sequence')
        .addColumn('id', 'text', (column) => column.notNull().unique())
        .addColumn('about', 'text', (column) => column.notNull())
        .addColumn('document', 'text', (column) => column.notNull())
        .execute();
      await db.schema.createIndex('decided_act_about').on('decided_act').columns(['about', 'sequence']).execute();
    },
  },
};
