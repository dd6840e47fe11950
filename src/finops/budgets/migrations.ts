import { sql as raw } from 'kysely';
import { subjectFields } from '../../org/schema.ts';
import type { Migrations } from '../../platform/store/index.ts';

export const budgetMigrations: Migrations = {
  'budgets/001-budgets': {
    async up(db) {
      await db.schema
        .createTable('budget')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('spec', 'text', (column) => column.notNull())
        .addColumn('applied_at', 'text', (column) => column.notNull())
        .execute();
    },
  },
  'budgets/002-reservations': {
    async up(db) {
      let table = db.schema
        .createTable('budget_reservation')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('resource', 'text', (column) => column.notNull())
        .addColumn('quantity', 'text', (column) => column.notNull())
        .addColumn('price_amount', 'text')
        .addColumn('price_currency', 'text')
        .addColumn('limit_amount', 'text')
        .addColumn('limit_currency', 'text')
        .addColumn('lease_ms', 'bigint', (column) => column.notNull())
        .addColumn('grace_ms', 'bigint', (column) => column.notNull())
        .addColumn('start_ms', 'bigint', (column) => column.notNull())
        .addColumn('metered_ms', 'bigint', (column) => column.notNull())
        .addColumn('until_ms', 'bigint', (column) => column.notNull())
        .addColumn('hourly_rate', 'text')
        .addColumn('ceiling', 'text')
        .addColumn('spent', 'text')
        .addColumn('currency', 'text')
        .addColumn('limited_by', 'text')
        .addColumn('origin', 'text', (column) => column.notNull())
        .addColumn('opened_at', 'text', (column) => column.notNull())
        .addColumn('settled_at', 'text')
        .addColumn('stopped_by', 'text')
        .addColumn('checkpoint', 'text');
      for (const field of subjectFields) table = table.addColumn(`subject_${field}`, 'text');
      await table.execute();
      // Every grant reads the open reservations, which are few. Closed reservations are many.
      await db.schema
        .createIndex('budget_reservation_open')
        .on('budget_reservation')
        .column('id')
        .where(raw<boolean>`settled_at is null`)
        .execute();
      await db.schema
        .createIndex('budget_reservation_stops')
        .on('budget_reservation')
        .columns(['stopped_by', 'settled_at'])
        .execute();
    },
  },
  'budgets/003-approvals': {
    async up(db) {
      await db.schema
        .createTable('budget_approval')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('budget', 'text', (column) => column.notNull())
        .addColumn('window_start_ms', 'bigint', (column) => column.notNull())
        .addColumn('amount', 'text', (column) => column.notNull())
        .addColumn('note', 'text', (column) => column.notNull())
        .addColumn('approved_at', 'text', (column) => column.notNull())
        .execute();
      await db.schema
        .createIndex('budget_approval_window')
        .on('budget_approval')
        .columns(['budget', 'window_start_ms'])
        .execute();
    },
  },
  'budgets/004-versions': {
    async up(db) {
      await db.schema
        .createTable('budget_version')
        .addColumn('budget', 'text', (column) => column.notNull())
        .addColumn('version', 'integer', (column) => column.notNull())
        .addColumn('spec', 'text', (column) => column.notNull())
        .addColumn('applied_at', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('budget_version_key', ['budget', 'version'])
        .execute();
      await raw`insert into budget_version (budget, version, spec, applied_at) select name, 1, spec, applied_at from budget`.execute(
        db,
      );
    },
  },
  'budgets/005-notices': {
    async up(db) {
      await db.schema
        .createTable('budget_notice')
        .addColumn('budget', 'text', (column) => column.notNull())
        .addColumn('window_start_ms', 'bigint', (column) => column.notNull())
        .addColumn('window_end_ms', 'bigint', (column) => column.notNull())
        .addColumn('threshold', 'text', (column) => column.notNull())
        .addColumn('noticed_at', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('budget_notice_key', ['budget', 'window_start_ms', 'window_end_ms', 'threshold'])
        .execute();
    },
  },
  'budgets/006-run-limits': {
    async up(db) {
      for (const name of ['run_limit_amount', 'run_limit_currency']) {
        await db.schema.alterTable('budget_reservation').addColumn(name, 'text').execute();
      }
    },
  },
  'budgets/007-reservation-parts': {
    async up(db) {
      await db.schema.alterTable('budget_reservation').addColumn('earlier', 'text').execute();
    },
  },
  'budgets/008-refusals': {
    async up(db) {
      let table = db.schema
        .createTable('budget_refusal')
        .addColumn('budget', 'text', (column) => column.notNull())
        .addColumn('reservation', 'text', (column) => column.notNull())
        .addColumn('refused_at', 'text', (column) => column.notNull())
        .addColumn('first_refused_at', 'text', (column) => column.notNull())
        .addColumn('times', 'integer', (column) => column.notNull())
        .addColumn('origin', 'text', (column) => column.notNull())
        .addColumn('resource', 'text', (column) => column.notNull())
        .addColumn('quantity', 'text', (column) => column.notNull())
        .addColumn('needed', 'text')
        .addColumn('left_amount', 'text')
        .addColumn('currency', 'text')
        .addColumn('reason', 'text', (column) => column.notNull())
        .addColumn('detail', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('budget_refusal_key', ['budget', 'reservation']);
      for (const field of subjectFields) table = table.addColumn(`subject_${field}`, 'text');
      await table.execute();
      await db.schema
        .createIndex('budget_refusal_latest')
        .on('budget_refusal')
        .columns(['budget', 'refused_at'])
        .execute();
    },
  },
};
