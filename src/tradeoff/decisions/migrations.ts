import { addSequence, type Migrations } from '../../platform/store/index.ts';
import { chainExistingDecisions, forbidChanges } from './chain/migration.ts';

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
  // Judgements after a decision was taken, and the changes that cause them.
  'decisions/004-reviews': {
    async up(db) {
      await db.schema
        .createTable('decision_review_cause')
        .addColumn('event_sequence', 'bigint', (column) => column.notNull())
        .addColumn('position', 'integer', (column) => column.notNull())
        .addColumn('at', 'text', (column) => column.notNull())
        .addColumn('document', 'text', (column) => column.notNull())
        .addColumn('judged_at', 'text')
        .addPrimaryKeyConstraint('decision_review_cause_once', ['event_sequence', 'position'])
        .execute();
      await db.schema
        .createIndex('decision_review_cause_due')
        .on('decision_review_cause')
        .columns(['judged_at', 'event_sequence', 'position'])
        .execute();
      await addSequence(db, db.schema.createTable('decision_review'), 'sequence')
        .addColumn('decision', 'text', (column) => column.notNull())
        .addColumn('at', 'text', (column) => column.notNull())
        .addColumn('status', 'text', (column) => column.notNull())
        .addColumn('document', 'text', (column) => column.notNull())
        .execute();
      await db.schema
        .createIndex('decision_review_of')
        .on('decision_review')
        .columns(['decision', 'sequence'])
        .execute();
      await db.schema
        .createTable('decision_quality_stamp')
        .addColumn('sequence', 'bigint', (column) => column.primaryKey())
        .addColumn('decision', 'text', (column) => column.notNull())
        .addColumn('model', 'text', (column) => column.notNull())
        .addColumn('versions', 'text', (column) => column.notNull())
        .addColumn('sha256', 'text', (column) => column.notNull())
        .execute();
    },
  },
  // Decisions chained by hash, protected from changes, and found by the things that their evidence names.
  'decisions/005-chain': {
    async up(db) {
      await db.schema.alterTable('decision').addColumn('position', 'bigint').execute();
      await db.schema.alterTable('decision').addColumn('previous_sha256', 'text').execute();
      await db.schema.alterTable('decision').addColumn('sha256', 'text').execute();
      await db.schema
        .createTable('decision_head')
        .addColumn('id', 'integer', (column) => column.primaryKey())
        .addColumn('seq', 'bigint', (column) => column.notNull())
        .addColumn('hash', 'text', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('decision_basis')
        .addColumn('sequence', 'bigint', (column) => column.notNull())
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('decision_basis_once', ['kind', 'name', 'sequence'])
        .execute();
      await chainExistingDecisions(db);
      await db.schema.createIndex('decision_position').on('decision').column('position').unique().execute();
      await db.schema
        .createIndex('decision_latest')
        .on('decision')
        .columns(['model', 'version', 'policy', 'sequence'])
        .execute();
      await forbidChanges(db);
    },
  },
  // Evidence of decisions that grows with the traffic, as of the last look at it.
  'decisions/006-matured-stamps': {
    async up(db) {
      await db.schema
        .createTable('decision_matured_stamp')
        .addColumn('sequence', 'bigint', (column) => column.notNull())
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('sha256', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('decision_matured_stamp_once', ['sequence', 'kind'])
        .execute();
    },
  },
};
